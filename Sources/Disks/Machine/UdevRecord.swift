import Host

/// What udev has found out about a device: its file below `/run/udev/data`.
struct UdevRecord {
    /// `ID_SERIAL_SHORT`, `ID_WWN` … by name.
    let properties: [String: String]
    /// Links below `/dev`: `/dev/disk/by-id/ata-…`.
    let links: [String]

    /// - Parameter file: the content; empty for a device that udev has not seen
    init(_ file: [UInt8]) {
        var properties: [String: String] = [:]
        var links: [String] = []
        for line in String(decoding: file, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("E:"), let sign = line.firstIndex(of: "=") {
                properties[String(line[line.index(line.startIndex, offsetBy: 2)..<sign])] =
                    String(line[line.index(after: sign)...])
            } else if line.hasPrefix("S:") {
                links.append("/dev/" + line.dropFirst(2))
            }
        }
        self.properties = properties
        self.links = links.sorted()
    }

    /// The first of the properties that is there and not empty; udev writes `\x20` for a blank.
    func text(_ names: String...) -> String? {
        names.lazy.compactMap { properties[$0] }.map(Self.plain).first { !$0.isEmpty }
    }

    private static func plain(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return DeviceText.trimmed(String(decoding: bytes, as: UTF8.self))
    }
}

/// Text that a device says about itself: whatever it is, it comes to a terminal as printable characters in one line.
enum DeviceText {
    /// Without blanks around it; what is not printable becomes `?`.
    static func trimmed(_ text: String) -> String {
        let printable = text.unicodeScalars.map { scalar -> Character in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x200E...0x206F).contains(scalar.value) ? (scalar == "\n" ? " " : "?") : Character(scalar)
        }
        return String(String(printable.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).prefix(256))
    }

    /// The content of a file of sysfs; nil when it is missing or empty.
    static func read(_ path: String) -> String? {
        guard let bytes = try? File.read(path, limit: 1 << 16) else { return nil }
        let text = trimmed(String(decoding: bytes, as: UTF8.self))
        return text.isEmpty ? nil : text
    }
}
