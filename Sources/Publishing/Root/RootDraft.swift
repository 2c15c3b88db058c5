import Host
import Updates

/// Root files on their way between the holders of root keys.
public enum RootDraft {
    /// The version before a root file: the file named, or `N-1.root.json` beside it.
    ///
    /// - Parameter named: nil looks beside it
    /// - Returns: nil for the first version, and when there is none beside it
    public static func previous(of file: RootFile, at path: String, named: String?) throws -> RootFile? {
        let version = file.root.version - 1
        guard version > 0 else { return nil }
        let beside = Path.join(Path.parent(path), RootFile.name(version: version))
        guard let place = named ?? (File.exists(beside) ? beside : nil) else { return nil }
        let previous = try RootFile(file: place)
        guard previous.root.version == version else {
            throw Failure(
                .invalidInput,
                "\"\(place)\" has version \(previous.root.version), but version \(version) comes before \"\(path)\"")
        }
        return previous
    }

    /// Writes a new root file where none is.
    public static func write(_ file: RootFile, to path: String) throws {
        guard !File.exists(path) else {
            throw Failure(.invalidInput, "\"\(path)\" is there already", hint: "name another file with --output")
        }
        try File.write(path, file.bytes)
    }

    /// Adds signatures to a root file.
    ///
    /// - Returns: the names of the keys that have signed
    /// - Throws: `.nothingToDo` when no key of the key ring belongs to it
    public static func sign(
        _ file: inout RootFile, at path: String, previous: RootFile?, _ ring: KeyRing
    ) throws -> [String] {
        let before = file.bytes
        let names = try file.sign(ring, previous: previous)
        guard !names.isEmpty else {
            throw Failure(
                .invalidInput, "no key in \"\(ring.folder.path)\" signs \"\(path)\"",
                hint: "\"nodewright keys root show\" names the keys that do; --keys names another folder")
        }
        guard file.bytes != before else {
            throw Failure(.nothingToDo, "all keys in \"\(ring.folder.path)\" have signed \"\(path)\" already")
        }
        try File.write(path, file.bytes)
        return names
    }
}
