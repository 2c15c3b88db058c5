import Host
import Transfer
import Updates

extension RepositoryState {
    /// The role that signs what a channel offers: its own, if it has one, else `targets`.
    func role(of channel: String) -> String {
        delegatedChannels.contains(channel) ? KeyRole.channel(channel).description : "targets"
    }

    /// The channel whose folder the role of a channel signs for; nil when that is `targets`.
    func folder(of channel: String) -> String? { delegatedChannels.contains(channel) ? channel : nil }

    /// The target of a path, in whichever role may speak about it.
    func target(_ path: String) -> TargetFile? { allTargets.first { $0.path == path } }

    /// Every target, of all roles: of a channel's role only what it may speak about, whatever it says.
    var allTargets: [TargetFile] {
        let delegated = targets["targets"]?.delegations?.roles ?? []
        return targets.flatMap { name, metadata in
            metadata.targets.values.filter { target in
                name == "targets" || delegated.contains { $0.name == name && $0.covers(target.path) }
            }
        }.sorted { $0.path < $1.path }
    }

    /// The content of a small target.
    func content(_ target: TargetFile, limit: Int) throws -> [UInt8] {
        let path = try Self.place(target.path, Self.sha256(target))
        guard let bytes = try storage.read(path, limit: limit) else {
            throw Self.damaged(path, "is missing", storage.name)
        }
        guard bytes.count == target.length, target.hashes.mismatch(bytes) == nil else {
            throw Self.damaged(path, "has another content than it was published with", storage.name)
        }
        return bytes
    }

    static func sha256(_ target: TargetFile) throws -> Checksum {
        guard let checksum = target.hashes.checksums.first(where: { $0.algorithm == .sha256 }) else {
            throw Failure(.incompatible, "the target \"\(target.path)\" has no SHA-256")
        }
        return checksum
    }

    /// Where a target is with consistent snapshots: its hash stands before its name (TUF specification, section 6.2).
    static func place(_ path: String, _ sha256: Checksum) -> String {
        "targets/" + ReleasePath.beside(path, "\(sha256.hex).\(Path.name(path))")
    }

    /// What a channel offers; an empty list when there is none.
    func list(channel: String, product: String, architecture: String) throws -> ChannelList {
        let empty = ChannelList(channel: channel, product: product, architecture: architecture)
        guard let target = targets[role(of: channel)]?.targets[empty.path] else { return empty }
        return try ChannelList(content(target, limit: ChannelList.limit), file: empty.path)
    }

    /// Every list of a channel.
    func lists(channel: String) throws -> [ChannelList] {
        let folder = "channels/\(channel)"
        return try (targets[role(of: channel)]?.targets.values.map { $0 } ?? [])
            .filter { Path.parent($0.path) == folder }
            .sorted { $0.path < $1.path }
            .map { try ChannelList(content($0, limit: ChannelList.limit), file: $0.path) }
    }

    /// The names of all channels that have a list.
    var channels: [String] {
        let names = allTargets.compactMap { target -> String? in
            let parts = target.path.split(separator: "/")
            return parts.count == 3 && parts[0] == "channels" ? String(parts[1]) : nil
        }
        return Array(Set(names)).sorted()
    }

    /// The manifests of a version in all channels, by path.
    func manifests(product: String?, version: ReleaseVersion) -> [TargetFile] {
        allTargets.filter { target in
            // …/PRODUCT/VERSION/ARCH/manifest.json
            let parts = target.path.split(separator: "/").suffix(4)
            guard parts.count == 4, parts.last.map(String.init) == ReleaseManifest.fileName else { return false }
            return parts.dropFirst().first.map(String.init) == version.description
                && (product == nil || parts.first.map(String.init) == product)
        }
    }
}
