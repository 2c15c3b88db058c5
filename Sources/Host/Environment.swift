import Glibc

/// The process's surroundings; read by commands only and handed to modules as values.
public enum Environment {
    /// A variable of the environment; nil when unset or empty.
    public static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// Where downloads and finished stages are kept: `$NODEWRIGHT_CACHE`, `$XDG_CACHE_HOME/nodewright` or `~/.cache/nodewright`.
    public static var cacheFolder: String {
        if let folder = variable("NODEWRIGHT_CACHE") { return Path.absolute(folder) }
        if let folder = variable("XDG_CACHE_HOME") { return Path.absolute(Path.join(folder, "nodewright")) }
        return Path.absolute(Path.join(variable("HOME") ?? "/tmp/nodewright-\(getuid())", ".cache/nodewright"))
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
