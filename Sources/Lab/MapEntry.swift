import Document
import Host

/// What the map says about one package of the lab.
struct MapEntry: Sendable {
    /// Owner, mode and capabilities of files: `4755 root root`, `0755 root root cap_net_raw=ep`.
    struct Attributes: Sendable {
        var mode: UInt32
        var user = "root"
        var group = "root"
        var capabilities = ""

        init(_ text: String) throws {
            let words = text.split(separator: " ").map(String.init)
            guard let first = words.first, let mode = UInt32(first, radix: 8), mode <= 0o7777, words.count <= 4 else {
                throw Failure(.invalidInput, "\"\(text)\" must be \"MODE [USER [GROUP [CAPABILITIES]]]\"")
            }
            self.mode = mode
            if words.count > 1 { user = words[1] }
            if words.count > 2 { group = words[2] }
            if words.count > 3 { capabilities = words[3] }
        }
    }

    /// A change of text inside files.
    struct Replacement: Sendable {
        var files: String
        var text: String
        var with: String
    }

    /// The name in Fedora.
    var name: String
    /// The packages of Debian that it is made from; the first one gives version and description.
    var from: [String] = []
    /// Only these files of them (globs); empty for all that no other package claims.
    var files: [String] = []
    /// Further packages of Debian that only some files (globs) are taken from.
    var also: [(source: String, files: [String])] = []
    /// Path to the glob of the files, at their old places, whose contents it joins.
    var concatenate: [(path: String, glob: String)] = []
    /// Left out (globs).
    var drop: [String] = []
    /// Old path to new path; a trailing slash moves a folder.
    var move: [(from: String, to: String)] = []
    /// Old path to the path of a second copy.
    var copy: [(from: String, to: String)] = []
    /// Path to the target of a symbolic link.
    var links: [(path: String, target: String)] = []
    /// Path to attributes of a folder.
    var folders: [(path: String, attributes: Attributes)] = []
    /// Path to the text of a file.
    var add: [(path: String, text: String)] = []
    /// Glob to attributes.
    var attributes: [(glob: String, attributes: Attributes)] = []
    /// Path to attributes of a file that belongs to the package but is not in it.
    var ghosts: [(path: String, attributes: Attributes)] = []
    /// Changes of text.
    var replace: [Replacement] = []
    /// Dependencies beside those that are found in the files.
    var requires: [Dependency] = []
    var recommends: [Dependency] = []
    var suggests: [Dependency] = []
    var supplements: [Dependency] = []
    var provides: [Dependency] = []
    var conflicts: [Dependency] = []
    var obsoletes: [Dependency] = []
    /// Names of found dependencies that are dropped (globs).
    var ignore: [String] = []
    /// Scriptlets by phase.
    var scripts: [(phase: String, text: String)] = []
    /// Programs that run as a scriptlet without text, by phase.
    var programs: [(phase: String, program: String)] = []
    /// Folders whose change makes the script run at the end of a transaction.
    var trigger: (folders: [String], program: String, script: String)?
    /// Units that presets decide about when the package is installed.
    var units: [String] = []
    /// Lines of sysusers.d.
    var users = ""
    /// Where no package of Debian gives them.
    var version: String?
    var summary: String?
    var description: String?
    var license: String?
    var architecture: String?
    /// Why no Fedora or CentOS has the name.
    var exception: String?
    /// Hash of what the map says, part of the key of the finished package.
    var fingerprint = ""
    var position: Position

    init(_ name: String, _ node: Node, _ diagnostics: Diagnostics) {
        self.name = name
        position = node.position
        let reader = MappingReader(node, diagnostics)
        func pairs(_ key: String) -> [(String, String)] {
            guard let child = reader.node(key, required: false) else { return [] }
            guard let mapping = child.mapping else {
                diagnostics.error(at: child.position, "\"\(key)\" must be a mapping, but this is \(child.kind)")
                return []
            }
            return mapping.compactMap { entry in
                if let text = entry.value.string ?? entry.value.text { return (entry.key, text) }
                diagnostics.error(
                    at: entry.value.position, "\"\(entry.key)\" must be text, but this is \(entry.value.kind)")
                return nil
            }
        }
        func attributed(_ key: String) -> [(String, Attributes)] {
            pairs(key).compactMap { path, text in
                do { return (path, try Attributes(text)) } catch {
                    diagnostics.error(at: node.position, "\(key) of \(path) in \(name): \(error)")
                    return nil
                }
            }
        }
        func dependencies(_ key: String) -> [Dependency] {
            reader.strings(key, required: false).compactMap { text in
                do { return try Dependency(parsing: text) } catch {
                    diagnostics.error(at: node.position, "\(key) of \(name): \(error)")
                    return nil
                }
            }
        }
        from = reader.strings("from", required: false)
        files = reader.strings("files", required: false)
        for entry in reader.node("also", required: false)?.mapping ?? [] {
            also.append((entry.key, (entry.value.sequence ?? []).compactMap(\.string)))
        }
        concatenate = pairs("concatenate").map { ($0.0, $0.1) }
        drop = reader.strings("drop", required: false)
        move = pairs("move").map { ($0.0, $0.1) }
        copy = pairs("copy").map { ($0.0, $0.1) }
        links = pairs("links").map { ($0.0, $0.1) }
        folders = attributed("folders").map { ($0.0, $0.1) }
        add = pairs("add").map { ($0.0, $0.1) }
        attributes = attributed("attributes").map { ($0.0, $0.1) }
        ghosts = attributed("ghosts").map { ($0.0, $0.1) }
        replace = Self.replacements(reader.sequence("replace", required: false), diagnostics)
        requires = dependencies("requires")
        recommends = dependencies("recommends")
        suggests = dependencies("suggests")
        supplements = dependencies("supplements")
        provides = dependencies("provides")
        conflicts = dependencies("conflicts")
        obsoletes = dependencies("obsoletes")
        ignore = reader.strings("ignore", required: false)
        scripts = pairs("scripts").map { ($0.0, $0.1) }
        programs = pairs("programs").map { ($0.0, $0.1) }
        if let trigger = reader.mapping("trigger", required: false) {
            self.trigger = (
                trigger.strings("folders"), trigger.string("program", required: false) ?? "/bin/sh",
                trigger.string("script", required: false) ?? ""
            )
            trigger.finish()
        }
        units = reader.strings("units", required: false)
        users = reader.string("users", required: false) ?? ""
        version = reader.node("version", required: false).flatMap { $0.text ?? $0.string }
        summary = reader.string("summary", required: false)
        description = reader.string("description", required: false)
        license = reader.string("license", required: false)
        architecture = reader.string("architecture", required: false)
        exception = reader.string("exception", required: false)
        reader.finish()
        fingerprint = String(decoding: JSON.canonical(JSONValue(node)), as: UTF8.self)
        if from.isEmpty, version == nil {
            diagnostics.error(at: node.position, "\(name) has neither \"from\" nor \"version\"")
        }
    }

    /// All packages of Debian that it takes files from.
    var sources: [String] { from + also.map(\.source) }

    /// The same with `${name}` replaced by a value wherever a path, a dependency or a script may need it.
    func resolving(_ variable: String, as value: String) -> MapEntry {
        func resolved(_ text: String) -> String { text.replacing("${\(variable)}", with: value) }
        func all(_ list: [Dependency]) -> [Dependency] {
            list.map { Dependency(resolved($0.name), flags: $0.flags, version: resolved($0.version)) }
        }
        var entry = self
        entry.files = files.map(resolved)
        entry.drop = drop.map(resolved)
        entry.move = move.map { (resolved($0.from), resolved($0.to)) }
        entry.links = links.map { (resolved($0.path), resolved($0.target)) }
        entry.ghosts = ghosts.map { (resolved($0.path), $0.attributes) }
        entry.provides = all(provides)
        entry.requires = all(requires)
        entry.scripts = scripts.map { ($0.phase, resolved($0.text)) }
        return entry
    }

    /// Reads a list of `{in: glob, text: …, with: …}`.
    static func replacements(_ nodes: [Node], _ diagnostics: Diagnostics) -> [Replacement] {
        nodes.compactMap { node in
            let reader = MappingReader(node, diagnostics)
            defer { reader.finish() }
            guard let files = reader.string("in"), let text = reader.string("text"), let with = reader.string("with")
            else { return nil }
            return Replacement(files: files, text: text, with: with)
        }
    }
}
