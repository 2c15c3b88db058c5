import Glibc

/// Patterns as the map has them: `*` stands for anything, slashes included.
enum Glob {
    static func matches(_ path: String, _ pattern: String) -> Bool { fnmatch(pattern, path, 0) == 0 }

    static func matchesAny(_ path: String, _ patterns: [String]) -> Bool {
        patterns.contains { matches(path, $0) }
    }
}
