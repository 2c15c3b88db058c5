import Glibc
import Host

/// A folder of packages with signed metadata.
struct Repository: Sendable {
    let folder: String
    let key: SigningKey
    let progress: ProgressSink

    /// Takes packages in without copying them where the file system allows it.
    func add(_ packages: [String]) throws {
        for package in packages {
            let initial = Path.name(package).first.map { "\($0)".lowercased() } ?? "_"
            let target = Path.join(folder, "Packages/\(initial)/\(Path.name(package))")
            try Folder.create(Path.parent(target))
            if link(package, target) != 0 { try File.copy(package, to: target) }
        }
    }

    /// Writes metadata over what was added, and signs it.
    ///
    /// - Parameters:
    ///   - comps: the text of the groups file; nil for none
    ///   - time: what the metadata says about its age, in seconds since 1970
    func publish(comps: String?, time: Int) throws {
        try Folder.create(folder)
        var arguments = ["--quiet", "--no-database", "--workers", "\(processorCount())", "--compress-type", "gz"]
        arguments += ["--revision", "\(time)", "--set-timestamp-to-revision"]
        let groups = Path.join(folder, "comps.xml")
        if let comps {
            try File.write(groups, comps)
            arguments += ["--groupfile", groups]
        }
        try Command("createrepo_c", arguments + [folder], progress: progress).run().check()
        if comps != nil { try File.remove(groups) }
        let index = Path.join(folder, "repodata/repomd.xml")
        try File.write(index + ".asc", try key.sign(File.read(index), armored: true))
        try File.write(index + ".key", key.publicKey)
    }
}

extension LabMap {
    /// The groups of the map as comps.
    var comps: String {
        func escaped(_ text: String) -> String {
            var out = ""
            for character in text {
                switch character {
                case "&": out += "&amp;"
                case "<": out += "&lt;"
                case ">": out += "&gt;"
                default: out.append(character)
                }
            }
            return out
        }
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<comps>\n"
        for group in groups {
            text += "  <group>\n    <id>\(escaped(group.id))</id>\n    <name>\(escaped(group.name))</name>\n"
            text += "    <description>\(escaped(group.description))</description>\n    <default>false</default>\n"
            text += "    <uservisible>true</uservisible>\n    <packagelist>\n"
            for name in group.mandatory {
                text += "      <packagereq type=\"mandatory\">\(escaped(name))</packagereq>\n"
            }
            for name in group.optional { text += "      <packagereq type=\"optional\">\(escaped(name))</packagereq>\n" }
            text += "    </packagelist>\n  </group>\n"
        }
        return text + "</comps>\n"
    }
}
