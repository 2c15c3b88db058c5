import Glibc

/// Paths as plain text. Purely lexical: nothing here reads the disk, except `absolute`, which asks for the working folder.
public enum Path {
    /// `base/name` with one slash; an absolute `name` is put below `base`.
    public static func join(_ base: String, _ name: String) -> String {
        if base.isEmpty { return name }
        if name.isEmpty { return base }
        var left = Substring(base)
        while left.hasSuffix("/") { left = left.dropLast() }
        var right = Substring(name)
        while right.hasPrefix("/") { right = right.dropFirst() }
        return left + "/" + right
    }

    /// All but the last component: `/a/b` gives `/a`, `a` gives `.`, `/a` gives `/`.
    public static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last component.
    public static func name(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    /// Resolves `.`, `..` and doubled slashes in the text; `..` never climbs above the root of an absolute path.
    public static func normalized(_ path: String) -> String {
        let absolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part != ".." {
                parts.append(part)
            } else if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !absolute {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        if absolute { return "/" + joined }
        return joined.isEmpty ? "." : joined
    }

    /// The path from the root of the file system, normalized.
    public static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return normalized(path) }
        guard let current = getcwd(nil, 0) else { return normalized(path) }
        defer { free(current) }
        return normalized(join(String(cString: current), path))
    }
}
