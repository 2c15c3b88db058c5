import Host

/// Makes one package of the lab from packages of Debian, as the map says.
struct Converter: Sendable {
    let map: LabMap
    let layout: Layout
    private let claims: [String: [String]]
    private let counterparts: [String: String]
    private let common: Set<String>
    private let folders: [String: MapEntry.Attributes]

    init(_ map: LabMap) {
        self.map = map
        layout = Layout(map: map)
        claims = map.claims
        counterparts = map.counterparts
        common = map.commonFolders
        folders = map.folderAttributes
    }

    /// The package that `entry` describes.
    ///
    /// - Parameters:
    ///   - sources: the packages of Debian in the map's order
    ///   - suffix: added to the release, for packages that are rebuilt without a change
    func convert(_ entry: MapEntry, _ sources: [DebPackage], suffix: String = "") throws -> RPMPackage {
        let first = sources.first?.fields ?? [:]
        let kernel = first["Package"].flatMap { $0.hasPrefix("linux-image-") ? String($0.dropFirst(12)) : nil }
        let entry = entry.resolving("uname", as: kernel ?? "")
        let claims = claims.mapValues { $0.map { $0.replacing("${uname}", with: kernel ?? "") } }
        let version = DebianVersion(entry.version ?? first["Version"] ?? "1")
        var package = RPMPackage(name: entry.name, version: version.version, release: version.release + suffix)
        let text = (first["Description"] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        package.summary = entry.summary ?? text.first.map(String.init) ?? entry.name
        package.description = entry.description ?? text.dropFirst().joined(separator: "\n")
        package.license = entry.license ?? "see /usr/share/licenses/\(entry.name)"
        package.url = first["Homepage"] ?? ""
        package.source = first["Source"]?.split(separator: " ").first.map(String.init) ?? first["Package"] ?? entry.name
        for (spec, source) in zip(entry.sources, sources) {
            let others = claims[spec] ?? []
            for file in try files(of: source, for: entry, claimed: others)
            where !package.files.contains(where: { $0.path == file.path }) {
                package.files.append(file)
            }
        }
        try complete(&package, entry)
        for (path, glob) in entry.concatenate {
            var file = LabFile(path: path, kind: .regular, mode: 0o444)
            let parts = sources.flatMap(\.files).filter { $0.kind == .regular && ShellPattern(glob).matches($0.path) }
            file.content = parts.sorted { $0.path < $1.path }.flatMap(\.content)
            file.modified = parts.map(\.modified).max() ?? 0
            package.files.append(file)
        }
        package.buildTime = package.files.map(\.modified).max() ?? 0
        if sources.allSatisfy({ $0.fields["Architecture"] == "all" }) { package.architecture = "noarch" }
        if let architecture = entry.architecture { package.architecture = architecture }
        Dependencies(map: map, counterparts: counterparts).find(for: &package, entry, sources)
        try Scriptlets.add(to: &package, entry)
        return package
    }

    /// The files of one source that belong to the package, at their new places.
    private func files(of source: DebPackage, for entry: MapEntry, claimed: [String]) throws -> [LabFile] {
        let name = source.fields["Package"] ?? ""
        let part = entry.also.first { $0.source == name }?.files
        var entry = entry
        if let part { entry.files = part }
        let others = entry.files.isEmpty ? claimed : []
        var placed: [String: LabFile] = [:]
        for original in source.files {
            var file = original
            file.path = layout.place(original.path)
            guard isWanted(file, entry, claimedByOthers: others, source: name) else { continue }
            if source.configuration.contains(original.path) { file.flags |= LabFile.configuration | LabFile.noReplace }
            file.path = documentation(file.path, source: name, package: entry.name)
            for move in entry.move { if let moved = Layout.moved(file.path, move) { file.path = moved } }
            if file.kind == .link {
                file.linkTarget = layout.retarget(original.linkTarget, from: original.path, at: file.path, entry.move)
                // Two names that the merged layout made one: the link would point to itself.
                if Path.normalized(Path.join(Path.parent(file.path), file.linkTarget)) == file.path { continue }
                if layout.place(Path.normalized(file.linkTarget)) == file.path { continue }
            }
            if let first = original.hardLink {
                file.hardLink = entry.move.reduce(layout.place(first)) { Layout.moved($0, $1) ?? $0 }
            }
            if file.kind == .folder, common.contains(file.path) { continue }
            if let known = placed[file.path], known.kind != .link || file.kind == .link { continue }
            if isForeignScript(file) { continue }
            placed[file.path] = file
        }
        return placed.values.map { orphaned($0, placed) }.sorted {
            $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
        }
    }

    /// A further name of a file whose first name went to another package takes the content with it.
    private func orphaned(_ file: LabFile, _ placed: [String: LabFile]) -> LabFile {
        guard let first = file.hardLink, placed[first] == nil else { return file }
        var file = file
        file.hardLink = nil
        return file
    }

    private func isWanted(_ file: LabFile, _ entry: MapEntry, claimedByOthers others: [String], source: String) -> Bool
    {
        let path = file.path
        if path == "/usr/share/doc/\(source)/copyright" { return file.kind == .regular }
        if map.drop.anyMatches(path) || entry.drop.anyMatches(path) { return false }
        if path.hasPrefix("/usr/share/doc/") {
            let name = Path.name(path)
            return entry.files.isEmpty && file.kind != .folder && !name.hasPrefix("changelog")
                && !name.hasPrefix("NEWS")
                && !(file.kind == .link && Path.parent(path) == "/usr/share/doc")
        }
        if !entry.files.isEmpty { return entry.files.anyMatches(path) }
        return !others.anyMatches(path)
    }

    private func documentation(_ path: String, source: String, package: String) -> String {
        let folder = "/usr/share/doc/\(source)/"
        guard path.hasPrefix(folder) else { return path }
        if path == folder + "copyright" { return "/usr/share/licenses/\(package)/copyright" }
        return "/usr/share/doc/\(package)/" + path.dropFirst(folder.utf8.count)
    }

    /// Whether it is a program in a language that the lab does not have.
    private func isForeignScript(_ file: LabFile) -> Bool {
        guard file.kind == .regular, file.mode & 0o111 != 0, let interpreter = Self.interpreter(file) else {
            return false
        }
        return !map.interpreters.contains(interpreter)
    }

    /// The interpreter that the first line of a script names; nil for other files.
    static func interpreter(_ file: LabFile) -> String? {
        guard file.content.starts(with: [0x23, 0x21]) else { return nil }
        let line = String(decoding: file.content.dropFirst(2).prefix(256).prefix { $0 != 0x0A }, as: UTF8.self)
        let words = line.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        if Path.name(first) == "env", words.count > 1 { return words[1] }
        return first
    }

    /// Adds what only the map knows: files, folders, links, attributes, changed texts.
    private func complete(_ package: inout RPMPackage, _ entry: MapEntry) throws {
        let time = package.files.map(\.modified).max() ?? 0
        func put(_ file: LabFile) {
            package.files.removeAll { $0.path == file.path }
            package.files.append(file)
        }
        func make(_ path: String, _ kind: LabFile.Kind, _ attributes: MapEntry.Attributes) -> LabFile {
            var file = LabFile(path: path, kind: kind, mode: attributes.mode)
            file.user = attributes.user
            file.group = attributes.group
            file.modified = time
            return file
        }
        for (old, new) in entry.copy {
            guard var file = package.files.first(where: { $0.path == old }) else {
                throw Failure(.invalidInput, "\(entry.name) has no file \(old) to copy", hint: "correct the lab's map")
            }
            file.path = new
            file.hardLink = nil
            put(file)
        }
        for (path, attributes) in entry.folders { put(make(path, .folder, attributes)) }
        let plain = try MapEntry.Attributes("0644")
        for (path, text) in entry.add {
            var file = make(path, .regular, plain)
            file.content = Array(text.utf8)
            put(file)
        }
        if !entry.users.isEmpty {
            var file = make("/usr/lib/sysusers.d/\(entry.name).conf", .regular, plain)
            file.content = Array(entry.users.utf8)
            put(file)
        }
        for (path, target) in entry.links {
            var file = make(path, .link, try MapEntry.Attributes("0777"))
            file.linkTarget = target
            put(file)
        }
        for (path, attributes) in entry.ghosts {
            var file = make(path, .regular, attributes)
            file.flags = LabFile.ghost
            put(file)
        }
        for index in package.files.indices { finish(&package.files[index], entry) }
        if package.files.contains(where: { $0.path.utf8.count > 4096 || $0.path.contains("/../") }) {
            throw Failure(.invalidInput, "\(entry.name) has a path that no package may have")
        }
    }

    private func finish(_ file: inout LabFile, _ entry: MapEntry) {
        if file.kind == .folder, let attributes = folders[file.path] { file.apply(attributes) }
        for (glob, attributes) in entry.attributes where ShellPattern(glob).matches(file.path) && file.kind != .link {
            file.apply(attributes)
        }
        if file.kind == .regular, file.hardLink == nil {
            for change in map.replace + entry.replace where ShellPattern(change.files).matches(file.path) {
                file.content = Self.replace(change.text, by: change.with, in: file.content)
            }
        }
        Layout.mark(&file)
    }

    static func replace(_ text: String, by new: String, in content: [UInt8]) -> [UInt8] {
        let pattern = Array(text.utf8)
        guard !pattern.isEmpty, content.count >= pattern.count else { return content }
        var out: [UInt8] = []
        var position = 0
        while position < content.count {
            if content[position] == pattern[0], content[position...].starts(with: pattern) {
                out += new.utf8
                position += pattern.count
            } else {
                out.append(content[position])
                position += 1
            }
        }
        return out
    }
}

extension LabFile {
    fileprivate mutating func apply(_ attributes: MapEntry.Attributes) {
        mode = attributes.mode
        user = attributes.user
        group = attributes.group
        capabilities = attributes.capabilities
    }
}
