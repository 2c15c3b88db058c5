public import Transfer

/// Where the files of a repository are kept: a folder that a web server shows, or an OCI registry.
///
/// Paths are relative, with slashes: `metadata/1.root.json`, `targets/channels/stable/HASH.node-x86_64.json`. Files are only ever
/// added under names that nobody asks for yet, except `timestamp.json`, which `publish` replaces at the end; so readers see the
/// old state or the new one.
public protocol RepositoryStorage {
    /// What people call it.
    var name: String { get }
    /// The content of a file; nil when there is none.
    func read(_ path: String, limit: Int) throws -> [UInt8]?
    /// Adds a file, or replaces one that no reader knows of.
    func add(_ path: String, _ content: [UInt8]) throws
    /// Adds a file from the disk; one with the right content is left as it is.
    ///
    /// - Throws: `.signature` when its content is another than the checksum says
    func add(_ path: String, from file: String, size: Int, sha256: Checksum) throws
    /// Gives a file that is here another name, too.
    func link(_ path: String, as other: String, size: Int, sha256: Checksum) throws
    /// Removes metadata and targets that are not named, besides root files and timestamp; what was added since is kept.
    ///
    /// - Returns: how many there were
    func prune(keeping paths: Set<String>) throws -> Int
    /// Adds or replaces a file that readers look for, the timestamp or the next root file: from now on, they see what was added.
    func publish(_ path: String, _ content: [UInt8]) throws
}
