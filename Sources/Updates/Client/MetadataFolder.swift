import Glibc
import Host

/// The folder in which a client keeps what it trusts: `root.json`, `timestamp.json`, `snapshot.json`, `targets.json`, and one
/// file for each delegated role.
///
/// Every file is replaced as a whole: a power cut leaves the old one or the new one.
public struct MetadataFolder: Sendable {
    /// Where it is.
    public let path: String

    /// A folder, which need not be there yet.
    public init(_ path: String) { self.path = path }

    /// The root that is trusted.
    ///
    /// - Throws: `.invalidInput` when there is none
    public func root(limit: Int) throws -> [UInt8] {
        let file = Path.join(path, "root.json")
        guard File.exists(file) else {
            throw Failure(
                .invalidInput, "there is no trusted root in \"\(path)\"",
                hint: "\"nodectl updates init ROOT --metadata-dir \(path)\" begins with the publisher's root.json")
        }
        return try File.read(file, limit: limit)
    }

    /// The stored metadata of another role; nil when there is none that can be read.
    public func stored(_ role: String, limit: Int) -> [UInt8]? { try? File.read(file(role), limit: limit) }

    /// Stores the metadata of a role as it came, byte for byte.
    public func store(_ role: String, _ bytes: [UInt8]) throws {
        try Folder.create(path)
        try File.write(file(role), bytes)
    }

    /// Forgets the metadata of a role.
    public func remove(_ role: String) throws {
        try File.remove(file(role))
        if File.exists(path) { try Folder.sync(path) }
    }

    /// Whatever a role is called, its file is in the folder.
    private func file(_ role: String) -> String { Path.join(path, PercentEncoding.component(role) + ".json") }
}
