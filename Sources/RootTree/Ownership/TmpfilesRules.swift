import Host

/// Owners that the tree's own `tmpfiles.d` lines give to what they would create (tmpfiles.d(5)).
enum TmpfilesRules {
    /// Lines that create or adjust a path of a plain name and name an owner.
    private static let types: Set<Character> = ["d", "D", "v", "q", "Q", "e", "f", "F", "C", "z", "Z", "p"]

    static func read(_ tree: Tree) throws -> [OwnershipTable.Rule] {
        var files: [String: String] = [:]
        // A file in /etc replaces the one of the same name in /usr/lib.
        for folder in ["/usr/lib/tmpfiles.d", "/etc/tmpfiles.d"] {
            for name in try tree.list(folder) where name.hasSuffix(".conf") { files[name] = "\(folder)/\(name)" }
        }
        var rules: [OwnershipTable.Rule] = []
        for (_, path) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            rules += try tree.lines(path).compactMap { rule($0, file: path) }
        }
        return rules
    }

    private static func rule(_ line: Substring, file: String) -> OwnershipTable.Rule? {
        let fields = line.split(maxSplits: 5, whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        guard fields.count >= 5, let type = fields[0].first, types.contains(type) else { return nil }
        func value(_ text: String) -> String? {
            text == "-" || text.hasPrefix(":-") ? nil : text.replacing(":", with: "")
        }
        let path = fields[1]
        // Specifiers and patterns name what exists only on a running system.
        guard path.hasPrefix("/"), !path.contains(where: { "%*?[\\\"".contains($0) }) else { return nil }
        let mode = value(fields[2]).flatMap { UInt32($0.drop { !$0.isNumber }, radix: 8) }
        guard let user = value(fields[3]), let group = value(fields[4]) else { return nil }
        return OwnershipTable.Rule(path: path, user: user, group: group, mode: mode, source: "\"\(file)\"")
    }
}
