import CLinux
import Glibc

/// Folders and trees.
public enum Folder {
    /// Makes the folder and its missing parents.
    public static func create(_ path: String, mode: UInt32 = 0o755) throws {
        if mkdir(path, mode) == 0 { return }
        let code = errno
        if code == EEXIST {
            var status = Glibc.stat()
            if stat(path, &status) == 0, status.st_mode & Glibc.S_IFMT == Glibc.S_IFDIR { return }
            throw systemFailure(ENOTDIR, "create the folder \"\(path)\"")
        }
        let parent = Path.parent(path)
        guard code == ENOENT, parent != path else { throw systemFailure(code, "create the folder \"\(path)\"") }
        try create(parent, mode: mode)
        if mkdir(path, mode) != 0, errno != EEXIST { throw systemFailure(errno, "create the folder \"\(path)\"") }
    }

    /// The names in a folder, sorted by their bytes.
    public static func list(_ path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw systemFailure(errno, "read the folder \"\(path)\"") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Every path below `root`, relative to it, parents before children, in byte order of the names; links are not followed.
    public static func walk(_ root: String) throws -> [String] {
        var found: [String] = []
        func visit(_ relative: String) throws {
            for name in try list(relative.isEmpty ? root : Path.join(root, relative)) {
                let path = relative.isEmpty ? name : relative + "/" + name
                found.append(path)
                if File.kind(Path.join(root, path)) == .folder { try visit(path) }
            }
        }
        try visit("")
        return found
    }

    /// Removes the folder and all below it without following links or leaving the file system; nothing there is no error.
    public static func remove(_ path: String) throws {
        guard let kind = File.kind(path) else { return }
        if kind != .folder { return try File.remove(path) }
        // A folder without write permission (0555 from a package) cannot be emptied by its owner.
        chmod(path, 0o700)
        for name in try list(path) { try remove(Path.join(path, name)) }
        if rmdir(path) != 0, errno != ENOENT { throw systemFailure(errno, "remove the folder \"\(path)\"") }
    }

    /// Makes renames and new files in the folder durable.
    public static func sync(_ path: String) throws {
        let descriptor = try check("open the folder \"\(path)\"") {
            nlinux_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        }
        defer { close(descriptor) }
        // Some file systems refuse fsync of a folder; there a rename is durable by itself or cannot be made so.
        if fsync(descriptor) != 0, errno != EINVAL, errno != EROFS { throw systemFailure(errno, "write \"\(path)\"") }
    }

    /// Makes everything that was written to the file system of the folder durable (syncfs).
    public static func syncFileSystem(_ path: String) throws {
        let descriptor = try check("open the folder \"\(path)\"") {
            nlinux_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        }
        defer { close(descriptor) }
        try check("write \"\(path)\"") { nlinux_sync_file_system(descriptor) }
    }

    /// A new empty folder below `parent`, readable by its owner only.
    public static func temporary(in parent: String, prefix: String = "work") throws -> String {
        try create(parent)
        var template = Array((Path.join(parent, prefix) + ".XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw systemFailure(errno, "create a folder in \"\(parent)\"") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Runs `body` with a new empty folder, removed afterwards whatever happens.
    public static func withTemporary<Value>(
        in parent: String = "/tmp", prefix: String = "nodewright", _ body: (String) throws -> Value
    ) throws -> Value {
        let path = try temporary(in: parent, prefix: prefix)
        defer { try? remove(path) }
        return try body(path)
    }
}
