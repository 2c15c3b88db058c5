import Host

/// The files of an ISO 9660 image, read with xorriso; each lies in one piece, so nothing has to be unpacked.
struct ISOImage {
    /// Where the content of each file is, by its path.
    let files: [String: Region]
    /// The volume label.
    let label: String

    /// The sector size of ISO 9660 (ECMA-119, 6.1.2).
    private static let sector = 2048
    /// The first volume descriptor is in sector 16; its identifier follows the type.
    static let magic = (offset: 16 * sector + 1, bytes: Array("CD001".utf8))

    /// Reads the directory of the image.
    init(_ path: String, progress: @escaping ProgressSink) throws {
        let whole = try Region(Path.name(path), in: path)
        // ECMA-119, 8.4.8: the number of sectors of the volume.
        let sectors = try whole.read(4, at: 16 * Self.sector + 80).number(at: 0, bytes: 4) ?? 0
        _ = try Region(Path.name(path), in: path, size: sectors * Self.sector)
        // "stdio:" keeps xorriso from taking the path for a drive.
        let result = try Command(
            "xorriso",
            [
                "-no_rc", "-report_about", "SORRY", "-abort_on", "FATAL", "-indev", "stdio:" + path, "-find", "/",
                "-type", "f", "-exec", "report_lba", "--",
            ], progress: progress
        ).run()
        guard result.status < 64 else {
            throw Failure(
                .invalidInput, "\"\(path)\" cannot be read as an ISO image",
                hint: "the artefact is damaged; copy or download it again",
                details: result.errorTail.split(separator: "\n").suffix(3).map(String.init))
        }
        files = try Self.regions(result.text, in: path)
        let identifier = try whole.read(32, at: 16 * Self.sector + 40)
        label = String(decoding: identifier.prefix { $0 != 0 }, as: UTF8.self).trimmingSpaces
    }

    /// Reads lines such as `File data lba:  0 ,    14595 ,   105126 , 215298048 , '/LiveOS/root.squashfs'`.
    static func regions(_ report: String, in file: String) throws -> [String: Region] {
        var found: [String: Region] = [:]
        for line in report.split(separator: "\n") where line.hasPrefix("File data lba:") {
            let fields = line.dropFirst("File data lba:".count).split(separator: ",", maxSplits: 4)
            guard fields.count == 5, let extent = Int(fields[0].trimmingSpaces),
                let sector = Int(fields[1].trimmingSpaces), let size = Int(fields[3].trimmingSpaces)
            else { continue }
            let name = String(fields[4].trimmingSpaces.dropFirst().dropLast())
            guard extent == 0, found[name] == nil else {
                throw Failure(.incompatible, "\"\(name)\" lies in several pieces in \"\(Path.name(file))\"")
            }
            let start = sector.multipliedReportingOverflow(by: Self.sector)
            guard !start.overflow else { throw Failure(.invalidInput, "\"\(name)\" lies beyond every disk") }
            found[name] = try Region(name, in: file, offset: start.partialValue, size: size)
        }
        return found
    }
}

extension StringProtocol {
    /// The text without spaces at its ends.
    var trimmingSpaces: String {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
