import CLinux
import Glibc
import Host
public import Transfer

/// A repository in a folder.
public final class RepositoryFolder: RepositoryStorage {
    /// Its path.
    public let path: String
    /// Its path.
    public var name: String { path }
    /// What somebody is about to do with a repository.
    public enum Access: Sendable {
        /// Nothing but look at it.
        case reading
        /// Change it: other publishers are kept out.
        case changing
        /// Change it, or begin it.
        case beginning
    }

    private let lock: FileLock?

    /// Opens a folder.
    ///
    /// - Throws: `.busy` when somebody else publishes there
    public init(_ path: String, for access: Access) throws {
        self.path = Path.absolute(path)
        guard access == .beginning || File.kind(Path.join(self.path, "metadata")) == .folder else {
            throw Failure(
                .invalidInput, "there is no repository in \"\(self.path)\"",
                hint: "begin one with its root file: nodewright publish --repository PATH --root 1.root.json")
        }
        guard access != .reading else {
            lock = nil
            return
        }
        for folder in ["metadata", "targets"] { try Self.createFolder(Path.join(self.path, folder)) }
        do {
            lock = try FileLock(Path.join(self.path, ".lock"), wait: false)
        } catch let failure as Failure where failure.status == .busy {
            throw Failure(
                .busy, "somebody else publishes to \"\(self.path)\" at this moment", hint: "wait for it, and try again")
        }
    }

    deinit { lock?.release() }

    /// The content of a file; nil when there is none.
    public func read(_ path: String, limit: Int) throws -> [UInt8]? {
        let place = Path.join(self.path, path)
        return File.exists(place) ? try File.read(place, limit: limit) : nil
    }

    /// Adds a file: written aside, fsync, rename, fsync of the folder.
    public func add(_ path: String, _ content: [UInt8]) throws {
        let place = Path.join(self.path, path)
        try Self.createFolder(Path.parent(place))
        try File.replace(place) { aside in
            let descriptor = try check("create \"\(aside)\"") {
                nlinux_open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
            }
            defer { close(descriptor) }
            try File.append(content, to: descriptor, named: aside)
            try check("set the mode of \"\(aside)\"") { fchmod(descriptor, Self.mode) }
        }
    }

    /// Adds a copy of a file.
    ///
    /// - Throws: `.signature` when its content is another than the checksum says
    public func add(_ path: String, from file: String, size: Int, sha256: Checksum) throws {
        let place = Path.join(self.path, path)
        if try holds(place, size, sha256) { return }
        try Self.createFolder(Path.parent(place))
        try File.replace(place) { aside in
            try File.copy(file, to: aside)
            try check("set the mode of \"\(aside)\"") { chmod(aside, Self.mode) }
            // Compared after copying: what is published is what was signed, even if the source changes meanwhile.
            guard try holds(aside, size, sha256) else {
                throw Failure(.signature, "\"\(file)\" has changed while it was copied", hint: "publish it again")
            }
        }
    }

    /// Gives a file another name, too: a hard link where the file system can make one.
    public func link(_ path: String, as other: String, size: Int, sha256: Checksum) throws {
        let place = Path.join(self.path, other)
        if try holds(place, size, sha256) { return }
        let source = Path.join(self.path, path)
        guard File.exists(source) else {
            throw Failure(
                .invalidInput, "\"\(source)\" is missing in the repository", hint: "publish the release again")
        }
        try Self.createFolder(Path.parent(place))
        try File.replace(place) { aside in
            if Glibc.link(source, aside) != 0 { try File.copy(source, to: aside) }
        }
    }

    /// Removes metadata and targets that are not named, and folders that are empty then.
    public func prune(keeping paths: Set<String>) throws -> Int {
        var count = 0
        for top in ["metadata", "targets"] {
            // Children before their folder.
            for path in try Folder.walk(Path.join(self.path, top)).reversed().map({ top + "/" + $0 }) {
                let place = Path.join(self.path, path)
                if File.kind(place) == .folder {
                    if try Folder.list(place).isEmpty { try Folder.remove(place) }
                } else if !paths.contains(path), !Self.stays(path) {
                    try File.remove(place)
                    count += 1
                }
            }
        }
        return count
    }

    /// Whether a file is one that no other file names.
    static func stays(_ path: String) -> Bool { path.hasSuffix(".root.json") || path == "metadata/timestamp.json" }

    /// Adds or replaces a file that readers look for.
    public func publish(_ path: String, _ content: [UInt8]) throws { try add(path, content) }

    /// A web server reads all of it, whatever the publisher's umask is.
    private static let mode: mode_t = 0o644

    private static func createFolder(_ path: String) throws {
        if File.exists(path) { return try Folder.create(path) }
        if !["/", "."].contains(Path.parent(path)) { try createFolder(Path.parent(path)) }
        try Folder.create(path)
        try check("set the mode of \"\(path)\"") { chmod(path, 0o755) }
        // The name of a folder has to outlast a power cut as those of the files in it do.
        try Folder.sync(Path.parent(path))
    }

    private func holds(_ place: String, _ size: Int, _ sha256: Checksum) throws -> Bool {
        guard File.kind(place) == .regular, try File.size(place) == size else { return false }
        return try Checksum.of(file: place) == sha256
    }
}
