import Document
import Host
import Recipe

extension Trimmer {
    /// Removes the kernel modules of one version that the recipe does not want.
    mutating func removeModules(_ selection: ResolvedRecipe.Trim.Selection, version: String) throws {
        guard !selection.keep.isEmpty || !selection.remove.isEmpty else { return }
        let modules = try KernelModules(tree, version: version)
        func closure(_ rules: [ResolvedRecipe.Trim.Rule]) throws -> Set<String> {
            var paths: Set<String> = []
            for rule in rules {
                let found = try modules.closure(of: [rule.pattern.text])
                paths.formUnion(found.paths)
                if !found.unmatched.isEmpty { note(missed: rule) }
            }
            return paths
        }
        let kept = try closure(selection.keep)
        if !selection.keep.isEmpty {
            var removal = Removal("kernel-modules: keep", at: selection.keep[0].position)
            for path in modules.all where !kept.contains(path) { try remove("\(modules.folder)/\(path)", &removal) }
            note(removal)
        }
        // A rule of "remove" takes what it names, but nothing that a module which stays needs: half a driver helps nobody.
        var named: [(rule: ResolvedRecipe.Trim.Rule, paths: [String])] = []
        for rule in selection.remove {
            if let paths = try modules.named(rule.pattern.text) {
                named.append((rule, paths))
            } else {
                note(missed: rule)
            }
        }
        let candidates = Set(named.flatMap(\.paths))
        let staying = modules.all.filter {
            !candidates.contains($0) && (selection.keep.isEmpty || kept.contains($0))
        }
        let needed = Set(staying).union(staying.flatMap(modules.needs))
        for (rule, paths) in named {
            var removal = Removal(rule)
            for path in paths where !needed.contains(path) { try remove("\(modules.folder)/\(path)", &removal) }
            note(removal)
        }
    }
}
