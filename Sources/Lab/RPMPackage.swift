import Archives
import Host
import Transfer

/// An RPM package as a value: what a spec file would say, with the files themselves.
struct RPMPackage: Sendable {
    /// A scriptlet: text for the shell, or only a program to run.
    struct Scriptlet: Sendable {
        var text: String?
        var program = "/bin/sh"
    }

    var name: String
    var version: String
    var release: String
    var architecture = "x86_64"
    var summary = ""
    var description = ""
    var license = ""
    var url = ""
    var source = ""
    /// Seconds since 1970.
    var buildTime = 0
    var files: [LabFile] = []
    var provides: [Dependency] = []
    var requires: [Dependency] = []
    var recommends: [Dependency] = []
    var suggests: [Dependency] = []
    var supplements: [Dependency] = []
    var conflicts: [Dependency] = []
    var obsoletes: [Dependency] = []
    /// By the phases' names in spec files: pre, post, preun, postun, posttrans.
    var scriptlets: [String: Scriptlet] = [:]
    /// What runs at the end of a transaction that touched files below a folder: `(folder, program, script)`.
    var fileTriggers: [FileTrigger] = []

    /// A `%transfiletriggerin` of a package.
    struct FileTrigger: Sendable {
        var folders: [String]
        var program: String
        var script: String
    }

    var fileName: String { "\(name)-\(version)-\(release).\(architecture).rpm" }

    /// The finished package file.
    ///
    /// - Parameter sign: makes a detached binary OpenPGP signature over the header
    func encoded(sign: ([UInt8]) throws -> [UInt8]) throws -> [UInt8] {
        let sorted = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        let links = HardLinks(sorted)
        let payload = cpio(sorted, links)
        let compressed = try ArchiveWriter.compress(payload, .zstd(level: 3))
        var header = RPMHeader()
        describe(&header)
        list(sorted, links, in: &header)
        depend(&header)
        run(&header)
        header.set(1124, string: "cpio")
        header.set(1125, string: "zstd")
        header.set(1126, string: "3")
        header.set(5092, strings: [Checksum.of(compressed).hex])
        header.set(5093, integers: [8])
        let image = header.image(region: 63)

        var signature = RPMHeader()
        signature.set(267, bytes: try sign(image))
        signature.set(269, string: Checksum.of(image, .sha1).hex)
        signature.set(273, string: Checksum.of(image).hex)
        signature.set(1000, integers: [UInt32(image.count + compressed.count)])
        signature.set(1007, integers: [UInt32(payload.count)])
        var package = lead() + signature.image(region: 62)
        while package.count % 8 != 0 { package.append(0) }
        return package + image + compressed
    }

    /// The 96 bytes that `file` recognises; RPM itself reads nothing but the magic and the kind.
    private func lead() -> [UInt8] {
        let title = Array("\(name)-\(version)-\(release)".utf8.prefix(65))
        return [0xED, 0xAB, 0xEE, 0xDB, 3, 0, 0, 0, 0, 1] + title + [UInt8](repeating: 0, count: 66 - title.count)
            + [0, 1, 0, 5] + [UInt8](repeating: 0, count: 16)
    }

    private func describe(_ header: inout RPMHeader) {
        header.set(100, strings: ["C"])
        header.set(1000, string: name)
        header.set(1001, string: version)
        header.set(1002, string: release)
        header.set(1004, translated: summary)
        header.set(1005, translated: description)
        header.set(1006, integers: [UInt32(clamping: buildTime)])
        header.set(1007, string: "lab.nodewright.invalid")
        header.set(1009, integers: [UInt32(clamping: files.reduce(0) { $0 + $1.content.count })])
        header.set(1010, string: "Nodewright lab")
        header.set(1011, string: "Nodewright lab")
        header.set(1014, string: license)
        header.set(1016, translated: "Unspecified")
        if !url.isEmpty { header.set(1020, string: url) }
        header.set(1021, string: "linux")
        header.set(1022, string: architecture)
        header.set(1044, string: "\(source)-\(version)-\(release).src.rpm")
        header.set(1064, string: "4.18.0")
        header.set(1132, string: "\(architecture)-redhat-linux-gnu")
        header.set(5062, string: "utf-8")
    }

    private func list(_ files: [LabFile], _ links: HardLinks, in header: inout RPMHeader) {
        if files.isEmpty { return }
        var folders: [String] = []
        var folderIndex: [String: UInt32] = [:]
        var indexes: [UInt32] = []
        for file in files {
            let folder = Path.parent(file.path) == "/" ? "/" : Path.parent(file.path) + "/"
            let index = folderIndex[folder] ?? UInt32(folders.count)
            if Int(index) == folders.count {
                folders.append(folder)
                folderIndex[folder] = index
            }
            indexes.append(index)
        }
        header.set(1028, integers: files.indices.map { UInt32(clamping: size(files[$0], $0, links)) })
        header.set(1030, shorts: files.map { UInt16($0.mode & 0o7777) | $0.typeBits })
        header.set(1033, shorts: files.map { _ in 0 })
        header.set(1034, integers: files.map { UInt32(clamping: $0.modified) })
        header.set(1035, strings: files.indices.map { digest(files[$0], $0, files, links) })
        header.set(1036, strings: files.map(\.linkTarget))
        header.set(1037, integers: files.map(\.flags))
        header.set(1039, strings: files.map(\.user))
        header.set(1040, strings: files.map(\.group))
        header.set(1045, integers: files.map { _ in UInt32.max })
        header.set(1095, integers: files.map { _ in 1 })
        header.set(1096, integers: files.indices.map { UInt32(links.inode[$0]) })
        header.set(1097, strings: files.map(\.language))
        header.set(1116, integers: indexes)
        header.set(1117, strings: files.map { Path.name($0.path) })
        header.set(1118, strings: folders)
        header.set(5011, integers: [8])
        if files.contains(where: { !$0.capabilities.isEmpty }) {
            header.set(5010, strings: files.map(\.capabilities))
        }
    }

    private func size(_ file: LabFile, _ index: Int, _ links: HardLinks) -> Int {
        switch file.kind {
        case .regular: links.size[index]
        case .link: file.linkTarget.utf8.count
        case .folder: 0
        }
    }

    private func digest(_ file: LabFile, _ index: Int, _ files: [LabFile], _ links: HardLinks) -> String {
        guard file.kind == .regular, file.flags & LabFile.ghost == 0 else { return "" }
        return Checksum.of(files[links.holder[index]].content).hex
    }

    /// The payload: cpio "newc", names below ".", the content of hard-linked files with the last name in order.
    private func cpio(_ files: [LabFile], _ links: HardLinks) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(files.reduce(1024) { $0 + $1.content.count + $1.path.utf8.count + 128 })
        func member(_ name: String, mode: UInt32, inode: Int, names: Int, time: Int, content: some Collection<UInt8>) {
            out += Array("070701".utf8)
            let fields = [
                inode, Int(mode), 0, 0, names, time, content.count, 0, 1, 0, 0, name.utf8.count + 1, 0,
            ]
            for field in fields { out += Self.hex(UInt32(clamping: field)) }
            out += Array(name.utf8) + [0]
            while out.count % 4 != 0 { out.append(0) }
            out += content
            while out.count % 4 != 0 { out.append(0) }
        }
        for (index, file) in files.enumerated() where file.flags & LabFile.ghost == 0 {
            let mode = file.mode & 0o7777 | UInt32(file.typeBits)
            let content: [UInt8] =
                switch file.kind {
                case .regular: links.isLast[index] ? files[links.holder[index]].content : []
                case .link: Array(file.linkTarget.utf8)
                case .folder: []
                }
            member(
                "." + file.path, mode: mode, inode: links.inode[index], names: links.names[index], time: file.modified,
                content: content)
        }
        member("TRAILER!!!", mode: 0, inode: 0, names: 1, time: 0, content: [])
        return out
    }

    private static func hex(_ value: UInt32) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return (0..<8).map { digits[Int(value >> UInt32(28 - 4 * $0) & 0xF)] }
    }

    private func depend(_ header: inout RPMHeader) {
        func set(_ list: [Dependency], _ name: UInt32, _ version: UInt32, _ flags: UInt32) {
            var seen = Set<Dependency>()
            let unique = list.filter { seen.insert($0).inserted }
            header.set(name, strings: unique.map(\.name))
            header.set(version, strings: unique.map(\.version))
            header.set(flags, integers: unique.map(\.flags))
        }
        var features = [
            ("CompressedFileNames", "3.0.4-1"), ("FileDigests", "4.6.0-1"), ("PayloadFilesHavePrefix", "4.0-1"),
            ("PayloadIsZstd", "5.4.18-1"),
        ]
        if files.contains(where: { !$0.capabilities.isEmpty }) { features.append(("FileCaps", "4.6.1-1")) }
        let all = requires + recommends + suggests + supplements + conflicts
        if all.contains(where: \.isRich) { features.append(("RichDependencies", "4.12.0-1")) }
        if (all + provides).contains(where: { $0.version.contains("~") }) {
            features.append(("TildeInVersions", "4.10.4-1"))
        }
        let libraries = features.map {
            Dependency("rpmlib(\($0.0))", flags: 10 | Dependency.library, version: $0.1)
        }
        set(requires + libraries, 1049, 1050, 1048)
        set(provides, 1047, 1113, 1112)
        set(conflicts, 1054, 1055, 1053)
        set(obsoletes, 1090, 1115, 1114)
        set(recommends, 5046, 5047, 5048)
        set(suggests, 5049, 5050, 5051)
        set(supplements, 5052, 5053, 5054)
    }

    private func run(_ header: inout RPMHeader) {
        let tags: [String: (text: UInt32, program: UInt32)] = [
            "pre": (1023, 1085), "post": (1024, 1086), "preun": (1025, 1087), "postun": (1026, 1088),
            "posttrans": (1152, 1154),
        ]
        for (phase, scriptlet) in scriptlets {
            guard let tag = tags[phase] else { continue }
            if let text = scriptlet.text { header.set(tag.text, string: text) }
            header.set(tag.program, string: scriptlet.program)
        }
        if fileTriggers.isEmpty { return }
        let rows = fileTriggers.enumerated().flatMap { index, trigger in trigger.folders.map { ($0, UInt32(index)) } }
        header.set(5076, strings: fileTriggers.map(\.script))
        header.set(5077, strings: fileTriggers.map(\.program))
        header.set(5078, integers: fileTriggers.map { _ in 0 })
        header.set(5079, strings: rows.map(\.0))
        header.set(5080, integers: rows.map(\.1))
        header.set(5081, strings: rows.map { _ in "" })
        header.set(5082, integers: rows.map { _ in 1 << 16 })
        header.set(5085, integers: fileTriggers.map { _ in 1_000_000 })
    }
}

extension LabFile {
    fileprivate var typeBits: UInt16 {
        switch kind {
        case .regular: 0o100000
        case .folder: 0o040000
        case .link: 0o120000
        }
    }
}

/// Which files of a sorted list are names of one and the same file.
private struct HardLinks {
    var inode: [Int]
    var names: [Int]
    /// The index of the file whose content is the file's.
    var holder: [Int]
    var isLast: [Bool]
    var size: [Int]

    init(_ files: [LabFile]) {
        let position = Dictionary(files.indices.map { (files[$0].path, $0) }, uniquingKeysWith: { first, _ in first })
        holder = files.indices.map { index in files[index].hardLink.flatMap { position[$0] } ?? index }
        let groups = Dictionary(grouping: files.indices, by: { [holder] in holder[$0] })
        inode = holder.map { $0 + 1 }
        names = holder.map { groups[$0]?.count ?? 1 }
        isLast = files.indices.map { [holder] in groups[holder[$0]]?.max() == $0 }
        size = holder.map { files[$0].content.count }
    }
}
