import Document
import Host
import Recipe

extension Trimmer {
    /// Removes the firmware that the recipe does not want.
    mutating func removeFirmware(_ selection: ResolvedRecipe.Trim.Selection, referenced place: Position?) throws {
        let onlyReferenced = place != nil
        guard onlyReferenced || !selection.keep.isEmpty || !selection.remove.isEmpty else { return }
        guard let folder = try tree.resolve("/usr/lib/firmware")?.path else {
            return (selection.keep + selection.remove).forEach { note(missed: $0) }
        }
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
        var removal = Removal("firmware", at: place ?? (selection.keep + selection.remove).first?.position)
        for name in names where !stays.contains(name) { try remove("\(folder)/\(name)", &removal) }
        note(removal)
        for name in try Folder.walk(tree.host(folder)).reversed() {
            let path = tree.host("\(folder)/\(name)")
            if File.kind(path) == .folder, try Folder.list(path).isEmpty { try Folder.remove(path) }
        }
        for rule in selection.keep + selection.remove where !matched.contains(rule.position) { note(missed: rule) }
    }

    private func referencedFirmware() throws -> Set<String> {
        var names: Set<String> = []
        for version in try KernelModules.versions(in: tree) {
            let modules = try KernelModules(tree, version: version)
            let present = modules.all.filter { modules.file(of: $0) != nil }
            let found = try parallelMap(present) { try modules.firmware(of: [$0]) }
            names.formUnion(found.joined())
        }
        return names
    }

    private static func uncompressed(_ name: String) -> String {
        for ending in [".xz", ".zst"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
        return name
    }
}
