import Host
import NodeConfig

/// The network of a node that starts: profiles written before NetworkManager runs.
public enum BootNetwork {
    /// Tells NetworkManager to invent no profiles beside ours.
    private static let configuration = "run/NetworkManager/conf.d/50-nodewright.conf"

    /// Writes the profiles of a configuration where NetworkManager will find them, and removes others of ours.
    ///
    /// Nothing is known of the cards yet, so they are found by NetworkManager as the configuration names them. Without
    /// interfaces nothing is written: NetworkManager then asks for addresses on every card.
    /// - Parameter root: `/`, or where the root is mounted
    /// - Throws: when interfaces form a circle, or the folder cannot be written
    public static func render(_ configuration: NodeConfiguration, root: String) throws {
        let profiles = try NetworkProfiles(configuration)
        let folder = ProfileFolder(Path.join(root, ProfileFolder.standard))
        let plan = NetworkPlan(profiles, in: folder)
        for profile in plan.added { try folder.write(profile) }
        for file in plan.removed { try folder.remove(file) }
        if profiles.all.isEmpty { return }
        try writeConfiguration(root: root)
        try removeInitramfsProfiles(folder)
    }

    static func writeConfiguration(root: String) throws {
        let file = Path.join(root, Self.configuration)
        try Folder.create(Path.parent(file))
        try File.write(
            file, "# Made by nodectl: the node configuration names the interfaces.\n[main]\nno-auto-default=*\n")
    }

    /// What brought the root file system here is no longer needed, and would compete with the node's own profiles.
    private static func removeInitramfsProfiles(_ folder: ProfileFolder) throws {
        for name in (try? Folder.list(folder.path)) ?? [] where isFromInitramfs(file: Path.join(folder.path, name)) {
            try folder.remove(name)
        }
    }

    /// Whether nm-initrd-generator has written a profile.
    static func isFromInitramfs(file: String) -> Bool {
        guard let content = try? File.readText(file, limit: 1 << 16) else { return false }
        return content.contains("org.freedesktop.NetworkManager.origin=nm-initrd-generator")
    }
}
