import Host

/// Finds what a package offers and needs: from its files, from Debian's dependencies, from the map.
struct Dependencies: Sendable {
    let map: LabMap
    /// Package of Debian to package of the lab.
    let counterparts: [String: String]

    func find(for package: inout RPMPackage, _ entry: MapEntry, _ sources: [DebPackage]) {
        let exact = "\(package.version)-\(package.release)"
        package.provides = [Dependency(package.name, flags: 8, version: exact)]
        if package.architecture == "x86_64" {
            package.provides.append(Dependency("\(package.name)(x86-64)", flags: 8, version: exact))
        }
        if package.files.contains(where: { $0.flags & LabFile.configuration != 0 }) {
            let configuration = Dependency("config(\(package.name))", flags: 8, version: exact)
            package.provides.append(configuration)
            package.requires.append(
                Dependency(configuration.name, flags: 8 | Dependency.configuration, version: exact))
        }
        addFromFiles(&package)
        for source in sources { addFromDebian(&package, source, entry) }
        package.requires += entry.requires
        package.recommends += entry.recommends
        package.suggests += entry.suggests
        package.supplements += entry.supplements
        package.provides += entry.provides.map { resolve($0, exact) }
        package.conflicts += entry.conflicts
        package.obsoletes += entry.obsoletes
        package.requires = package.requires.map { resolve($0, exact) }
        let offered = Set(package.provides.map(\.name))
        package.requires.removeAll { need in
            need.flags & Dependency.configuration == 0 && offered.contains(need.name)
                || entry.ignore.anyMatches(need.name)
        }
        package.recommends.removeAll { offered.contains($0.name) || entry.ignore.anyMatches($0.name) }
    }

    /// `=` with the version `@` means: of this very version.
    private func resolve(_ dependency: Dependency, _ exact: String) -> Dependency {
        dependency.version == "@" ? Dependency(dependency.name, flags: dependency.flags, version: exact) : dependency
    }

    private func addFromFiles(_ package: inout RPMPackage) {
        var provides = Set<String>()
        var requires = Set<String>()
        for file in package.files where file.kind == .regular && file.flags & LabFile.documentation == 0 {
            if file.path.hasPrefix("/usr/lib/modules/") || file.path.hasPrefix("/boot/") { continue }
            if let elf = ELF(file.content) {
                provides.formUnion(elf.provides)
                requires.formUnion(elf.requires)
            } else if file.mode & 0o111 != 0, let interpreter = Converter.interpreter(file), interpreter.hasPrefix("/")
            {
                requires.insert(interpreter)
            }
        }
        package.provides += provides.sorted().map { Dependency($0) }
        package.requires += requires.subtracting(provides).sorted().map { Dependency($0) }
    }

    private func addFromDebian(_ package: inout RPMPackage, _ source: DebPackage, _ entry: MapEntry) {
        // A part of a package (`files`) does not need what the whole one needs.
        guard entry.files.isEmpty else { return }
        for field in ["Pre-Depends", "Depends"] {
            package.requires += relations(source.fields[field] ?? "", in: package.name)
        }
        package.recommends += relations(source.fields["Recommends"] ?? "", in: package.name)
    }

    /// Debian's relations in RPM's terms: of alternatives the first that the lab has; libraries are found by their sonames.
    func relations(_ text: String, in package: String) -> [Dependency] {
        text.split(separator: ",").compactMap { clause -> Dependency? in
            for alternative in clause.split(separator: "|") {
                let words = alternative.split { " ()[]".contains($0) }.map(String.init)
                guard let name = words.first?.split(separator: ":").first.map(String.init) else { continue }
                if map.ignored.contains(name) { return nil }
                guard let counterpart = counterparts[name] else { continue }
                if counterpart == package || Self.isLibrary(name) { return nil }
                // Only versions that must be the same say something here: everything comes from one suite.
                if words.count >= 3, words[1] == "=", let (flags, version) = DebianVersion.relation("=", words[2]) {
                    return Dependency(counterpart, flags: flags, version: version)
                }
                return Dependency(counterpart)
            }
            return nil
        }
    }

    /// Whether a package of Debian is a shared library by its name (`libfoo1`, `libfoo1t64`).
    static func isLibrary(_ name: String) -> Bool {
        guard name.hasPrefix("lib") || name == "zlib1g" else { return false }
        return !["libvirt-", "libpam-", "libnss-", "libcap2-bin", "libc-bin", "libarchive-tools", "libguestfs"].contains
        {
            name.hasPrefix($0)
        }
    }
}
