import Host
import Recipe

/// A pattern with its constant beginning, which tells most paths apart without work.
struct PathPattern {
    let glob: Glob
    let prefix: String

    init(_ rule: ResolvedRecipe.Trim.Rule) {
        glob = rule.pattern
        let text = rule.pattern.text.hasPrefix("/") ? rule.pattern.text : "/" + rule.pattern.text
        let constant = text.prefix { !"*?[\\".contains($0) }
        // "/a/**" also matches "/a", so only whole components count; a pattern without wildcards is all constant.
        prefix =
            constant.count == text.count
            ? text : String(constant.prefix(upTo: constant.lastIndex(of: "/") ?? constant.startIndex))
    }

    func matches(_ path: String) -> Bool { path.utf8.starts(with: prefix.utf8) && glob.matches(path) }

    /// Whether a folder above the path matches.
    func matchesParent(of path: String) -> Bool {
        var parent = Path.parent(path)
        while parent != "/", parent.utf8.count >= prefix.utf8.count {
            if matches(parent) { return true }
            parent = Path.parent(parent)
        }
        return false
    }
}
