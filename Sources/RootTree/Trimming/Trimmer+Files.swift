import Document
import Host
import Recipe

extension Trimmer {
    /// Removes files and folders by their paths.
    mutating func removeFiles(_ rules: [ResolvedRecipe.Trim.Rule], keep: [ResolvedRecipe.Trim.Rule]) throws {
        guard !rules.isEmpty || !keep.isEmpty else { return }
        let patterns = rules.map(PathPattern.init)
        let kept = keep.map(PathPattern.init)
        var found = [Bool](repeating: false, count: keep.count)
        var counts = rules.map(Removal.init)
        var matched = [Bool](repeating: false, count: rules.count)
        /// The folder that is being removed, with its rule.
        var inside: (prefix: String, rule: Int)?
        var folders: [(path: String, rule: Int)] = []
        for name in try Folder.walk(tree.folder) {
            let path = "/" + name
            if let folder = inside, !path.hasPrefix(folder.prefix) { inside = nil }
            // A rule that only matches what an earlier rule removes has matched something, too.
            for index in patterns.indices where inside == nil || !matched[index] {
                guard patterns[index].matches(path) else { continue }
                matched[index] = true
                if inside == nil { inside = (path + "/", index) }
            }
            for index in kept.indices where !found[index] && kept[index].matches(path) { found[index] = true }
            guard let rule = inside?.rule else { continue }
            if kept.contains(where: { $0.matches(path) || $0.matchesParent(of: path) }) { continue }
            if File.kind(tree.host(path)) == .folder {
                folders.append((path, rule))
            } else {
                try count(path, &counts[rule])
                try File.remove(tree.host(path))
            }
        }
        for folder in folders.reversed() where try Folder.list(tree.host(folder.path)).isEmpty {
            try Folder.remove(tree.host(folder.path))
        }
        for (index, rule) in rules.enumerated() where !matched[index] { note(missed: rule) }
        for (index, rule) in keep.enumerated() where !found[index] { note(missed: rule) }
        counts.forEach { note($0) }
    }
}
