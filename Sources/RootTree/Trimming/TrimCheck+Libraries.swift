import Host

extension TrimCheck {
    /// A program or library that stays.
    private struct Kept: Sendable {
        var path: String
        var image: ELFImage
    }

    /// Libraries and loaders that went, though an ELF file that stays names them (`DT_NEEDED`, `PT_INTERP`, `.note.dlopen`).
    func libraries() throws -> [String] {
        guard removed.paths.contains(where: { Path.name($0).contains(".so") }) else { return [] }
        let kept = try programsAndLibraries()
        let folders = try LibraryClosure.searchFolders(tree)
        // A library may also be found because its loader's search path found it first (systemd's private ones).
        let present = Set(kept.map { Path.name($0.path) } + kept.compactMap(\.image.soname))
        var needers: [String: [Int]] = [:]
        for (index, file) in kept.enumerated() {
            for soname in file.image.needed { needers[soname, default: []].append(index) }
        }
        func chain(_ file: Kept) -> String {
            var text = named(file.path)
            var seen: Set<String> = [file.path]
            var current = file
            while current.image.interpreter == nil,
                let index = needers[current.image.soname ?? Path.name(current.path)]?.first(where: {
                    !seen.contains(kept[$0].path)
                })
            {
                current = kept[index]
                seen.insert(current.path)
                text += ", which \(named(current.path)) needs"
            }
            return text
        }
        var broken: [String] = []
        for file in kept {
            func cause(_ soname: String) throws -> (path: String, rule: String)? {
                if present.contains(soname) { return nil }
                let places = Self.places(of: soname, for: file.path, file.image.searchPath, folders)
                if try places.contains(where: { try tree.resolve($0) != nil }) { return nil }
                return try places.lazy.compactMap { try removed.cause(of: $0, in: tree) }.first
            }
            if let interpreter = file.image.interpreter, let cause = try missingProgram(interpreter) {
                broken.append(line(cause, needer: chain(file)))
            }
            for soname in file.image.needed {
                if let cause = try cause(soname) { broken.append(line(cause, needer: chain(file))) }
            }
            for note in file.image.dlopen where note.priority != .suggested {
                let causes = try note.sonames.map(cause)
                // Alternatives: one that is there is enough.
                let isThere = try note.sonames.contains { soname in
                    try present.contains(soname)
                        || Self.places(of: soname, for: file.path, file.image.searchPath, folders)
                            .contains { try tree.resolve($0) != nil }
                }
                guard !isThere, let cause = causes.compactMap({ $0 }).first else { continue }
                broken.append(line(cause, needer: "\(chain(file)) (\(note.priority.rawValue), for \(note.feature))"))
            }
        }
        return broken
    }

    /// Where the loader looks for a library.
    private static func places(
        of soname: String, for path: String, _ searchPath: [String], _ folders: [String]
    ) -> [String] {
        if soname.hasPrefix("/") { return [soname] }
        let own = searchPath.map { $0.replacing("${ORIGIN}", with: "$ORIGIN") }
            .map { $0.replacing("$ORIGIN", with: Path.parent(path)).replacing("$LIB", with: "lib64") }
            .filter { $0.hasPrefix("/") }
        return (own + folders).map { Path.normalized(Path.join($0, soname)) }
    }

    /// Every 64-bit ELF file of the tree besides kernel modules and firmware.
    private func programsAndLibraries() throws -> [Kept] {
        let outside = ["usr/lib/modules/", "usr/lib/firmware/"]
        let paths = try Folder.walk(tree.folder).filter { path in
            !outside.contains { path.hasPrefix($0) } && File.kind(tree.host("/" + path)) == .regular
        }
        return try parallelMap(paths) { path -> Kept? in
            let file = tree.host("/" + path)
            guard ELFImage.isELF(try File.head(file, 4)) else { return nil }
            // What the loader would refuse (another processor, damage) needs nothing.
            guard let image = try? ELFImage(try File.read(file, limit: 1 << 29), name: "/" + path) else { return nil }
            return Kept(path: "/" + path, image: image)
        }.compactMap { $0 }
    }
}
