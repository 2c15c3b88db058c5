import Document
import Host
import Packages
import Recipe

/// Removes from a tree what the trim rules of a recipe name, and accounts for every byte.
struct Trimmer {
    /// What one rule removed.
    struct Removal: Sendable, Equatable {
        /// The rule, as it is written: a pattern, `docs`, `locales`, `firmware`.
        var rule: String
        /// Where the recipe says so: `recipes/minimal.yaml:30:5`.
        var position: String
        /// How many files and links went.
        var files = 0
        /// Their sizes together, in bytes.
        var bytes = 0

        init(_ rule: String, at position: Position?) {
            self.rule = rule
            self.position = position.map { "\($0)" } ?? ""
        }

        init(_ rule: ResolvedRecipe.Trim.Rule) { self.init(rule.pattern.text, at: rule.position) }
    }

    private static let documentation = ["/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/gtk-doc"]

    let tree: Tree
    /// What each rule removed, in the order in which they were applied; rules without effect are left out.
    private(set) var removals: [Removal] = []
    /// Every file and link that went, with the place of the rule that took it.
    private(set) var removed = RemovedPaths()
    private var missed: [Removal] = []

    init(_ tree: Tree) { self.tree = tree }

    /// Applies all rules.
    ///
    /// - Parameter unpack: uncompresses the kernel modules that stay; firmware is chosen by what they announce
    /// - Throws: one failure that lists every rule that matched nothing and is not optional
    mutating func apply(_ trim: ResolvedRecipe.Trim, unpack: () throws -> Void = {}) throws {
        if trim.removesDocs { try removeDocumentation(at: trim.docs) }
        if let locales = trim.locales { try removeLocales(locales) }
        try removeFiles(trim.files, keep: trim.keepFiles)
        let versions = try KernelModules.versions(in: tree)
        for version in versions { try removeModules(trim.kernelModules, version: version) }
        if versions.isEmpty { (trim.kernelModules.keep + trim.kernelModules.remove).forEach { note(missed: $0) } }
        try unpack()
        try removeFirmware(trim.firmware, referenced: trim.referencedFirmware)
        removals.removeAll { $0.files == 0 }
        guard missed.isEmpty else {
            throw Failure(
                .invalidInput,
                "\(missed.count) trim rule\(missed.count == 1 ? " matches" : "s match") nothing in the root tree",
                hint: "remove the rule, or mark it \"optional: true\"",
                details: missed.map { "\($0.position): \"\($0.rule)\"" })
        }
    }

    /// Refuses trims that took what something else needs.
    ///
    /// - Throws: one failure that lists every chain
    func check() throws {
        let database = try tree.resolve(InstalledPackages.databasePath)
        let packages = database == nil ? [] : try InstalledPackages(root: tree.folder).packages
        try TrimCheck(tree, removed: removed, packages: packages).run()
    }

    // MARK: - Accounting

    /// Adds the account of a rule.
    mutating func note(_ removal: Removal) { removals.append(removal) }

    /// Adds a rule that matched nothing, unless it may.
    mutating func note(missed rule: ResolvedRecipe.Trim.Rule) {
        if !rule.isOptional { missed.append(Removal(rule)) }
    }

    /// Removes a file, or a folder with all below it, on account of a rule.
    mutating func remove(_ path: String, _ removal: inout Removal) throws {
        if File.kind(tree.host(path)) == .folder {
            for name in try Folder.walk(tree.host(path)) where File.kind(tree.host("\(path)/\(name)")) != .folder {
                try count("\(path)/\(name)", &removal)
            }
        } else {
            try count(path, &removal)
        }
        try Folder.remove(tree.host(path))
    }

    /// Charges a file or link to a rule.
    mutating func count(_ path: String, _ removal: inout Removal) throws {
        switch File.kind(tree.host(path)) {
        case .regular: removal.bytes += try File.size(tree.host(path))
        case .link, .other: break
        case .folder, nil: return
        }
        removal.files += 1
        removed.note(path, by: removal.position.isEmpty ? "the rule \"\(removal.rule)\"" : removal.position)
    }

    // MARK: - Documentation and locales

    private mutating func removeDocumentation(at position: Position?) throws {
        var removal = Removal("docs", at: position)
        for folder in Self.documentation {
            try removeBelow(folder, &removal) { _ in true }
        }
        note(removal)
    }

    private mutating func removeLocales(_ locales: [Located<String>]) throws {
        let keep = locales.map(\.value)
        var removal = Removal("locales", at: locales.first?.position)
        func isKept(_ name: String) -> Bool {
            let plain = name.prefix { !".@".contains($0) }
            return keep.contains { $0 == plain || $0.split(separator: "_").first ?? "" == plain } || plain == "C"
        }
        for folder in ["/usr/share/locale", "/usr/lib/locale"] {
            // Only what looks like a locale: locale.alias and the archive are for all.
            try removeBelow(folder, &removal) { name in !name.hasPrefix("locale") && !isKept(name) }
        }
        try removeBelow("/usr/share/man", &removal) { name in !name.hasPrefix("man") && !isKept(name) }
        note(removal)
    }

    /// Removes the direct members of a folder that are chosen.
    private mutating func removeBelow(_ folder: String, _ removal: inout Removal, _ chooses: (String) -> Bool) throws {
        guard let found = try tree.resolve(folder)?.path else { return }
        for name in try tree.list(found) where chooses(name) { try remove(found + "/" + name, &removal) }
    }
}
