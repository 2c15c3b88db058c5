import Archives
import Host

/// A package of Debian's archive as it comes: an `ar` archive with a control and a data tar.
struct DebPackage: Sendable {
    /// The fields of the control file; continuation lines are joined by line feeds.
    var fields: [String: String] = [:]
    /// Absolute paths of configuration files.
    var configuration: Set<String> = []
    /// Files with absolute paths.
    var files: [LabFile] = []

    /// Reads a package file.
    init(file path: String) throws {
        let name = Path.name(path)
        let outer = try ArchiveReader(file: path)
        var hasData = false
        while let member = try outer.next() {
            if member.path.hasPrefix("control.tar") {
                try readControl(ArchiveReader(bytes: try outer.content(limit: 1 << 28), named: "\(name): control"))
            } else if member.path.hasPrefix("data.tar") {
                try readData(ArchiveReader(bytes: try outer.content(limit: 1 << 30), named: "\(name): data"))
                hasData = true
            }
        }
        guard hasData, fields["Package"] != nil else {
            throw Failure(
                .invalidInput, "\"\(path)\" is not a package of Debian: it lacks control or data",
                hint: "remove it, so that it is fetched again")
        }
    }

    private mutating func readControl(_ reader: ArchiveReader) throws {
        while let entry = try reader.next() {
            switch Path.name(entry.path) {
            case "control":
                fields = Self.fields(String(decoding: try reader.content(limit: 1 << 22), as: UTF8.self))
            case "conffiles":
                let text = String(decoding: try reader.content(limit: 1 << 22), as: UTF8.self)
                // "remove-on-upgrade /path" lines name files that are not in the package.
                configuration = Set(text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("/") })
            default: break
            }
        }
    }

    private mutating func readData(_ reader: ArchiveReader) throws {
        var total = 0
        while let entry = try reader.next() {
            let path = Path.normalized("/" + entry.path)
            if path == "/" { continue }
            let kind: LabFile.Kind
            switch entry.kind {
            case .regular: kind = .regular
            case .folder: kind = .folder
            case .link: kind = .link
            default: continue
            }
            var file = LabFile(path: path, kind: kind, mode: kind == .link ? 0o777 : entry.mode)
            file.modified = entry.modified
            file.linkTarget = entry.linkTarget ?? ""
            file.hardLink = entry.hardLink.map { Path.normalized("/" + $0) }
            if kind == .regular, file.hardLink == nil {
                file.content = try reader.content(limit: (1 << 31) - total)
                total += file.content.count
            }
            files.append(file)
        }
    }

    /// One stanza of a control file.
    static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        var last = ""
        for line in text.split(separator: "\n") {
            if line.first == " " || line.first == "\t" {
                fields[last, default: ""] += "\n" + line.dropFirst()
            } else if let colon = line.firstIndex(of: ":") {
                last = String(line[..<colon])
                fields[last] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
        }
        return fields
    }
}
