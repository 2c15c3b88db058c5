import Host

/// Every file and link that trimming removed, and which rule took it.
struct RemovedPaths: Sendable {
    private var rules: [String: String] = [:]

    /// Whether nothing went.
    var isEmpty: Bool { rules.isEmpty }
    /// All paths.
    var paths: Dictionary<String, String>.Keys { rules.keys }

    /// Notes that the rule at a place of the recipe took a path.
    mutating func note(_ path: String, by rule: String) { rules[path] = rule }

    /// The rule that took a path which contains no links.
    subscript(_ path: String) -> String? { rules[path] }

    /// What went of a path that led somewhere before: the path itself or, behind links that are still there, their target.
    func cause(of path: String, in tree: Tree) throws -> (path: String, rule: String)? {
        var path = path
        for _ in 0..<16 {
            let parent = try tree.resolve(Path.parent(path))?.path ?? Path.parent(path)
            path = Path.join(parent, Path.name(path))
            if let rule = rules[path] { return (path, rule) }
            guard File.kind(tree.host(path)) == .link else { return nil }
            let target = try File.linkTarget(tree.host(path))
            path = target.hasPrefix("/") ? target : Path.normalized(Path.join(parent, target))
        }
        return nil
    }
}
