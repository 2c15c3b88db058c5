import CLabMap
import Document
import Host
import Transfer

/// The declarative map from the packages of Debian's archive to packages with Fedora's names and layout.
struct LabMap: Sendable {
    /// One group of comps.
    struct Group: Sendable {
        var id: String
        var name: String
        var description: String
        var mandatory: [String]
        var optional: [String]
    }

    /// Prefixes of paths, old and new, for all packages.
    var moves: [(from: String, to: String)] = []
    /// Files that no package has (globs).
    var drop: [String] = []
    /// Changes of text for all packages.
    var replace: [MapEntry.Replacement] = []
    /// Interpreters that the lab has; scripts for any other are left out.
    var interpreters: Set<String> = []
    /// Dependencies of Debian's packages that mean nothing here.
    var ignored: Set<String> = []
    /// The groups of comps.
    var groups: [Group] = []
    /// Packages of Debian whose updates come from the suite of backports instead of security updates.
    var backports: [String] = []
    /// Packages that get a second, rebuilt version in `updates` when the archive has no newer library.
    var repack: [String] = []
    var entries: [MapEntry] = []

    /// The text of the map that the program was built with.
    static var embeddedText: [UInt8] {
        Array(UnsafeBufferPointer(start: nodewright_lab_map_text(), count: nodewright_lab_map_size))
    }

    /// Changes with every change of that text.
    static var fingerprint: String { Checksum.of(embeddedText).hex }

    /// The map that the program was built with.
    static func embedded() throws -> LabMap { try LabMap(embeddedText, file: "map.yaml") }

    /// Reads a map; all mistakes of one run are in the failure.
    init(_ bytes: [UInt8], file: String) throws {
        let diagnostics = Diagnostics()
        let reader = MappingReader(try YAML.parse(bytes, file: file), diagnostics)
        if let layout = reader.mapping("layout") {
            for entry in layout.node("move")?.mapping ?? [] { moves.append((entry.key, entry.value.string ?? "")) }
            drop = layout.strings("drop")
            replace = MapEntry.replacements(layout.sequence("replace"), diagnostics)
            interpreters = Set(layout.strings("interpreters"))
            ignored = Set(layout.strings("ignore"))
            layout.finish()
        }
        if let updates = reader.mapping("updates") {
            backports = updates.strings("backports")
            repack = updates.strings("repack")
            updates.finish()
        }
        for node in reader.sequence("groups") {
            let group = MappingReader(node, diagnostics)
            groups.append(
                Group(
                    id: group.string("id") ?? "", name: group.string("name") ?? "",
                    description: group.string("description") ?? "", mandatory: group.strings("mandatory"),
                    optional: group.strings("optional", required: false)))
            group.finish()
        }
        for entry in reader.node("packages")?.mapping ?? [] {
            entries.append(MapEntry(entry.key, entry.value, diagnostics))
        }
        reader.finish()
        checkNames(file, diagnostics)
        if diagnostics.hasErrors {
            throw Failure(
                .invalidInput, "the map of the lab has mistakes", details: diagnostics.sorted.map(\.description))
        }
    }

    private func checkNames(_ file: String, _ diagnostics: Diagnostics) {
        let names = Set(entries.map(\.name))
        for group in groups {
            for name in group.mandatory + group.optional where !names.contains(name) {
                diagnostics.error(
                    at: Position(file: file, line: 1, column: 1),
                    "the group \(group.id) names the unknown package \(name)",
                    hint: nearest(to: name, among: names).map { "did you mean \"\($0)\"?" })
            }
        }
        var owners: [String: String] = [:]
        for entry in entries where entry.files.isEmpty {
            for package in entry.from {
                if let other = owners[package] {
                    diagnostics.error(
                        at: entry.position, "all files of \(package) are given to \(other) and to \(entry.name)",
                        hint: "say with \"files\" which ones go where")
                }
                owners[package] = entry.name
            }
        }
    }

    /// For each package of Debian, the package here that has its main part.
    var counterparts: [String: String] {
        var names: [String: String] = [:]
        for entry in entries {
            for package in entry.from where names[package] == nil || entry.files.isEmpty { names[package] = entry.name }
        }
        return names
    }

    /// For each package of Debian, the globs by which packages claim files of it.
    var claims: [String: [String]] {
        var claims: [String: [String]] = [:]
        for entry in entries {
            for package in entry.from { claims[package, default: []] += entry.files }
            for part in entry.also { claims[part.source, default: []] += part.files }
        }
        return claims
    }

    /// What the map says about folders; holds in every package that has them, because RPM takes two packages with
    /// different modes of one folder for a conflict.
    var folderAttributes: [String: MapEntry.Attributes] {
        Dictionary(entries.flatMap(\.folders).map { ($0.path, $0.attributes) }, uniquingKeysWith: { $1 })
    }

    /// Folders that `filesystem` owns, so that nobody else has to.
    var commonFolders: Set<String> {
        Set(entries.first { $0.name == "filesystem" }?.folders.map(\.path) ?? [])
    }
}
