import Glibc

/// The process's surroundings; read by commands only and handed to modules as values.
public enum Environment {
    /// A variable of the environment; nil when unset or empty.
    public static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Where downloads and finished stages are kept: `$NODEWRIGHT_CACHE`, `$XDG_CACHE_HOME/nodewright` or `~/.cache/nodewright`.
    ///
    /// Without HOME the user's folder in the password database counts, and without that one below /tmp, where others can write:
    /// `usableCacheFolder` makes sure of it.
    public static var cacheFolder: String {
        if let folder = variable("NODEWRIGHT_CACHE") { return Path.absolute(folder) }
        if let folder = variable("XDG_CACHE_HOME") { return Path.absolute(Path.join(folder, "nodewright")) }
        return Path.absolute(Path.join(variable("HOME") ?? listedHome ?? homelessFolder, ".cache/nodewright"))
    }

    private static var listedHome: String? {
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return nil }
        let home = String(cString: folder)
        return File.kind(home) == .folder && home != "/" ? home : nil
    }

    private static var homelessFolder: String { "/tmp/nodewright-\(getuid())" }

    /// `cacheFolder`, once it is sure that nobody else has a hand in it.
    ///
    /// - Throws: when it is below /tmp and somebody else has made it, or others may enter it
    public static func usableCacheFolder() throws -> String {
        let folder = cacheFolder
        if folder.hasPrefix(homelessFolder + "/") { try requirePrivate(homelessFolder) }
        return folder
    }

    /// Makes a folder that only its owner may enter, or makes sure that the one that is there is such a folder.
    static func requirePrivate(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        if errno != EEXIST { throw systemFailure(errno, "create the folder \"\(path)\"") }
        var status = stat()
        try check("read \"\(path)\"") { lstat(path, &status) }
        if status.st_mode & Glibc.S_IFMT == Glibc.S_IFDIR, status.st_uid == getuid(), status.st_mode & 0o077 == 0 {
            return
        }
        throw Failure(
            .invalidInput, "\"\(path)\" cannot hold the cache: it is not a folder that only you may enter",
            hint: "set HOME or NODEWRIGHT_CACHE to a folder of your own")
    }

    /// The full path of a program on `PATH` (and the sbin folders that users' paths often lack); nil when absent.
    public static func program(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let folders =
            (variable("PATH") ?? "/usr/bin:/bin").split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { Path.join($0, name) }.first { access($0, X_OK) == 0 }
    }

    /// The path of the running program itself, for running it again as a worker.
    public static func ownProgram() throws -> String { try File.linkTarget("/proc/self/exe") }
}
