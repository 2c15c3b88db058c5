import Glibc
import Host
import NodeConfig

/// A disk, stick or CD that brings the node's configuration along.
public enum ConfigDisk {
    /// The label of its file system.
    public static let label = "NODECONFIG"
    /// The file on it.
    public static let file = "node.yaml"

    /// The content of the file; nil when there is no such disk (yet: `UnattendedConfiguration` looks once more).
    ///
    /// The file system is mounted read-only for the moment, in a place that nobody else can look into.
    /// - Throws: when there is a disk, but it cannot be read
    public static func read() throws -> [UInt8]? {
        let device = "/dev/disk/by-label/\(label)"
        guard File.exists(device) else { return nil }
        return try during("the config disk") {
            try Folder.withTemporary(in: "/run", prefix: "nodewright-config-disk") { folder in
                let options = "ro,nosuid,nodev,noexec"
                try Command("mount", ["-o", options, device, folder]).run().check(.device)
                defer { _ = try? Command("umount", [folder]).run() }
                return try content(folder)
            }
        }
    }

    /// The content of the file in a mounted folder.
    static func content(_ folder: String) throws -> [UInt8] {
        let path = Path.join(folder, file)
        // A link could lead to any file of the node.
        guard File.kind(path) == .regular else {
            throw Failure(
                .invalidInput, "there is no file \"\(file)\" on it", hint: "put the document into its top folder")
        }
        return try File.read(path, limit: NodeConfiguration.sizeLimit)
    }
}
