import Host
import Recipe

/// A pattern with its constant beginning, which tells most paths apart without work.
struct PathPattern {
    private let glob: Glob
    private let prefix: [UInt8]

    init(_ rule: ResolvedRecipe.Trim.Rule) {
        glob = rule.pattern
        let text = rule.pattern.text.hasPrefix("/") ? rule.pattern.text : "/" + rule.pattern.text
        let constant = text.prefix { !"*?[\\".contains($0) }
        // "/a/**" also matches "/a", so only whole components count; a pattern without wildcards is all constant.
        let whole =
            constant.count == text.count
            ? constant : constant.prefix(upTo: constant.lastIndex(of: "/") ?? constant.startIndex)
        prefix = Array(whole.utf8)
    }

    func matches(_ path: String) -> Bool { begins(path) && glob.matches(path) }

    private func begins(_ path: String) -> Bool {
        var path = path
        return path.withUTF8 { $0.count >= prefix.count && $0.prefix(prefix.count).elementsEqual(prefix) }
    }

    /// Whether a folder above the path matches.
    func matchesParent(of path: String) -> Bool {
        var parent = Path.parent(path)
        while parent != "/", parent.utf8.count >= prefix.count {
            if matches(parent) { return true }
            parent = Path.parent(parent)
        }
        return false
    }
}
