/// Where things are in an update repository: paths of TUF targets, without the hash that consistent snapshots put before a name.
///
/// ```
/// channels/stable/hypervisor-x86_64.json                     what a channel offers
/// releases/hypervisor/0.2.0/x86_64/manifest.json             a release that the role "targets" has signed
/// channels/testing/hypervisor/0.3.0/x86_64/manifest.json     one that a channel's own role has signed
/// ```
/// A role that signs for one channel has everything below the channel's folder and nothing else, so that its key cannot change
/// what another channel's nodes get.
public enum ReleasePath {
    /// The list of what a channel offers to one product and architecture.
    public static func list(channel: String, product: String, architecture: String) -> String {
        "channels/\(channel)/\(product)-\(architecture).json"
    }

    /// A file of a release.
    ///
    /// - Parameter delegated: the channel whose own role signs it; nil when the role `targets` does
    public static func file(
        _ name: String, product: String, version: ReleaseVersion, architecture: String, delegated channel: String?
    ) -> String {
        "\(channel.map { "channels/" + $0 } ?? "releases")/\(product)/\(version)/\(architecture)/\(name)"
    }

    /// What a channel's own role may sign, as path patterns of a TUF delegation (`*` matches no slash).
    public static func patterns(channel: String) -> [String] {
        ["channels/\(channel)/*", "channels/\(channel)/*/*/*/*"]
    }

    /// The path of a file that lies beside another one.
    public static func beside(_ path: String, _ name: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }

    /// Whether a path can be a target: relative, of names that `ReleaseName` or `ReleaseVersion` takes, not longer than 512 bytes.
    public static func isValid(_ path: String) -> Bool {
        path.utf8.count <= 512
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                ReleaseName.isValid($0, besides: ".-_+~^", limit: 160)
            }
    }
}
