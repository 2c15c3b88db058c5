import Host

/// One line of proc(5)'s `mountinfo`.
struct MountEntry {
    /// `253:1`; of file systems without a device the first number is 0.
    let device: String
    /// What of the file system is mounted: `/`, or a folder of it.
    let part: String
    /// Where.
    let place: String
    /// `ext4`.
    let fileSystem: String
    /// Those of the file system: `rw,lowerdir=/etc`.
    let options: String

    /// Everything that is mounted, in order: what lies on top comes last. Empty when it cannot be read.
    ///
    /// - Parameter root: `/`, or a fixture
    static func all(root: String = "/") -> [MountEntry] {
        let bytes = (try? File.read(Path.join(root, "proc/self/mountinfo"), limit: 1 << 22)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { MountEntry(line: $0) }
    }

    /// id, parent, device, part, place, options, optional fields, a hyphen, type, source, options of the file system.
    private init?(line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let hyphen = fields.dropFirst(6).firstIndex(of: "-"), hyphen + 3 < fields.count else { return nil }
        device = fields[2]
        part = Self.unescaped(fields[3])
        place = Self.unescaped(fields[4])
        fileSystem = fields[hyphen + 1]
        options = Self.unescaped(fields[hyphen + 3])
    }

    /// Blanks and backslashes are written as octal numbers.
    private static func unescaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            guard byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(code)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
