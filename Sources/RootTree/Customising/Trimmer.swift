import Document
import Host
import Recipe

/// Removes from a tree what the trim rules of a recipe name, and accounts for every byte.
struct Trimmer {
    /// What one rule removed.
    struct Removal: Sendable, Equatable {
        /// The rule, as it is written: a pattern, `docs`, `locales`, `firmware`.
        var rule: String
        /// Where the recipe says so; empty for rules without a place.
        var position: String
        /// How many files and links went.
        var files = 0
        /// Their sizes together, in bytes.
        var bytes = 0
    }

    private static let documentation = ["/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/gtk-doc"]
    private static let modules = "/usr/lib/modules"
    private static let firmware = "/usr/lib/firmware"

    let tree: Tree
    private(set) var removals: [Removal] = []
    private var missed: [Removal] = []

    init(_ tree: Tree) { self.tree = tree }

    /// Applies all rules.
    ///
    /// - Throws: one failure that lists every rule that matched nothing and is not optional
    mutating func apply(_ trim: ResolvedRecipe.Trim) throws {
        if trim.removesDocs { try removeDocumentation() }
        if let locales = trim.locales { try removeLocales(keep: locales.map(\.value)) }
        try removeFiles(trim.files, keep: trim.keepFiles)
        for version in try KernelModules.versions(in: tree) { try removeModules(trim.kernelModules, version: version) }
        try removeFirmware(trim.firmware, onlyReferenced: trim.onlyReferencedFirmware)
        removals.removeAll { $0.files == 0 }
        guard missed.isEmpty else {
            throw Failure(
                .invalidInput,
                "\(missed.count) trim rule\(missed.count == 1 ? " matches" : "s match") nothing in the root tree",
                hint: "remove the rule, or mark it \"optional: true\"",
                details: missed.map { "\($0.position): \"\($0.rule)\"" })
        }
    }

    // MARK: - Files

    private mutating func removeFiles(_ rules: [ResolvedRecipe.Trim.Rule], keep: [ResolvedRecipe.Trim.Rule]) throws {
        guard !rules.isEmpty else { return }
        let patterns = rules.map(Pattern.init)
        let kept = keep.map(Pattern.init)
        var counts = rules.map { Removal(rule: $0.pattern.text, position: "\($0.position)") }
        var matched = [Bool](repeating: false, count: rules.count)
        /// The folder that is being removed, with its rule.
        var inside: (prefix: String, rule: Int)?
        var folders: [(path: String, rule: Int)] = []
        for name in try Folder.walk(tree.folder) {
            let path = "/" + name
            if let folder = inside, !path.hasPrefix(folder.prefix) { inside = nil }
            if inside == nil, let rule = patterns.firstIndex(where: { $0.matches(path) }) {
                matched[rule] = true
                inside = (path + "/", rule)
            }
            // A rule that only matches what an earlier rule removes has matched something, too.
            for index in patterns.indices where !matched[index] && patterns[index].matches(path) {
                matched[index] = true
            }
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
        for (index, rule) in rules.enumerated() where !matched[index] && !rule.isOptional {
            missed.append(counts[index])
        }
        removals += counts
    }

    /// A pattern with its constant beginning, which tells most paths apart without work.
    private struct Pattern {
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

    // MARK: - Documentation and locales

    private mutating func removeDocumentation() throws {
        var removal = Removal(rule: "docs", position: "")
        for folder in Self.documentation {
            try removeBelow(folder, &removal) { _ in true }
        }
        removals.append(removal)
    }

    private mutating func removeLocales(keep: [String]) throws {
        var removal = Removal(rule: "locales", position: "")
        func isKept(_ name: String) -> Bool {
            let plain = name.prefix { !".@".contains($0) }
            return keep.contains { $0 == plain || $0.split(separator: "_").first ?? "" == plain } || plain == "C"
        }
        for folder in ["/usr/share/locale", "/usr/lib/locale"] {
            // Only what looks like a locale: locale.alias and the archive are for all.
            try removeBelow(folder, &removal) { name in !name.hasPrefix("locale") && !isKept(name) }
        }
        try removeBelow("/usr/share/man", &removal) { name in !name.hasPrefix("man") && !isKept(name) }
        removals.append(removal)
    }

    /// Removes the direct members of a folder that are chosen.
    private func removeBelow(_ folder: String, _ removal: inout Removal, _ chooses: (String) -> Bool) throws {
        guard let found = try tree.resolve(folder)?.path else { return }
        for name in try tree.list(found) where chooses(name) { try remove(found + "/" + name, &removal) }
    }

    // MARK: - Kernel modules and firmware

    private mutating func removeModules(_ selection: ResolvedRecipe.Trim.Selection, version: String) throws {
        guard !selection.keep.isEmpty || !selection.remove.isEmpty else { return }
        let modules = try KernelModules(tree, version: version)
        func closure(_ rules: [ResolvedRecipe.Trim.Rule]) throws -> Set<String> {
            var paths: Set<String> = []
            for rule in rules {
                let found = try modules.closure(of: [rule.pattern.text])
                paths.formUnion(found.paths)
                if !found.unmatched.isEmpty, !rule.isOptional {
                    missed.append(Removal(rule: rule.pattern.text, position: "\(rule.position)"))
                }
            }
            return paths
        }
        let kept = try closure(selection.keep)
        if !selection.keep.isEmpty {
            var removal = Removal(rule: "kernel-modules: keep", position: "\(selection.keep[0].position)")
            for path in modules.all where !kept.contains(path) { try remove("\(modules.folder)/\(path)", &removal) }
            removals.append(removal)
        }
        // A rule of "remove" takes what it names, but nothing that a module which stays needs: half a driver helps nobody.
        var named: [(rule: ResolvedRecipe.Trim.Rule, paths: [String])] = []
        for rule in selection.remove {
            if let paths = try modules.named(rule.pattern.text) {
                named.append((rule, paths))
            } else if !rule.isOptional {
                missed.append(Removal(rule: rule.pattern.text, position: "\(rule.position)"))
            }
        }
        let candidates = Set(named.flatMap(\.paths))
        let staying = modules.all.filter { selection.keep.isEmpty ? !candidates.contains($0) : kept.contains($0) }
        let needed = Set(staying).union(staying.flatMap(modules.needs))
        for (rule, paths) in named {
            var removal = Removal(rule: rule.pattern.text, position: "\(rule.position)")
            for path in paths where !needed.contains(path) { try remove("\(modules.folder)/\(path)", &removal) }
            removals.append(removal)
        }
    }

    private mutating func removeFirmware(_ selection: ResolvedRecipe.Trim.Selection, onlyReferenced: Bool) throws {
        guard onlyReferenced || !selection.keep.isEmpty || !selection.remove.isEmpty,
            let folder = try tree.resolve(Self.firmware)?.path
        else { return }
        let names = try Folder.walk(tree.host(folder)).filter { File.kind(tree.host("\(folder)/\($0)")) != .folder }
        var matched: Set<Position> = []
        func matches(_ rules: [ResolvedRecipe.Trim.Rule], _ name: String) -> Bool {
            let plain = Self.uncompressed(name)
            var result = false
            for rule in rules where rule.pattern.matches(name) || rule.pattern.matches(plain) {
                matched.insert(rule.position)
                result = true
            }
            return result
        }
        let referenced = onlyReferenced ? try referencedFirmware() : []
        var stays: Set<String> = []
        for name in names {
            let byRule = matches(selection.keep, name)
            let byModule = onlyReferenced ? referenced.contains(Self.uncompressed(name)) : selection.keep.isEmpty
            if (byRule || byModule), !matches(selection.remove, name) { stays.insert(name) }
        }
        // A link that stays keeps what it leads to.
        for name in stays {
            guard let target = try tree.resolve("\(folder)/\(name)")?.path, target.hasPrefix(folder + "/") else {
                continue
            }
            stays.insert(String(target.dropFirst(folder.count + 1)))
        }
        var removal = Removal(rule: "firmware", position: "")
        for name in names where !stays.contains(name) { try remove("\(folder)/\(name)", &removal) }
        removals.append(removal)
        for name in try Folder.walk(tree.host(folder)).reversed() {
            let path = tree.host("\(folder)/\(name)")
            if File.kind(path) == .folder, try Folder.list(path).isEmpty { try Folder.remove(path) }
        }
        for rule in selection.keep + selection.remove where !rule.isOptional && !matched.contains(rule.position) {
            missed.append(Removal(rule: rule.pattern.text, position: "\(rule.position)"))
        }
    }

    private func referencedFirmware() throws -> Set<String> {
        var names: Set<String> = []
        for version in try KernelModules.versions(in: tree) {
            let modules = try KernelModules(tree, version: version)
            let present = modules.all.filter { File.exists(tree.host("\(modules.folder)/\($0)")) }
            let found = try parallelMap(present) { try modules.firmware(of: [$0]) }
            names.formUnion(found.joined())
        }
        return names
    }

    private static func uncompressed(_ name: String) -> String {
        for ending in [".xz", ".zst"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
        return name
    }

    // MARK: - Removing

    private func remove(_ path: String, _ removal: inout Removal) throws {
        if File.kind(tree.host(path)) == .folder {
            for name in try Folder.walk(tree.host(path)) where File.kind(tree.host("\(path)/\(name)")) != .folder {
                try count("\(path)/\(name)", &removal)
            }
        } else {
            try count(path, &removal)
        }
        try Folder.remove(tree.host(path))
    }

    private func count(_ path: String, _ removal: inout Removal) throws {
        switch File.kind(tree.host(path)) {
        case .regular: removal.bytes += try File.size(tree.host(path))
        case .link, .other: break
        case .folder, nil: return
        }
        removal.files += 1
    }
}
