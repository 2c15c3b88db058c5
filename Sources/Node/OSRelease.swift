/// What an image says about itself (os-release(5)).
public struct OSRelease: Hashable, Sendable {
    /// The longest file that is looked at, in bytes.
    public static let limit = 1 << 16

    private let fields: [String: String]

    /// Reads the text of an os-release file: assignments in the quoting of a shell, without expansion. Lines that are none
    /// are passed over, as every reader of these files does.
    public init(_ bytes: some Collection<UInt8>) {
        var fields: [String: String] = [:]
        for line in bytes.prefix(Self.limit).split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let trimmed = line.drop { $0 == 0x20 || $0 == 0x09 }
            guard let equals = trimmed.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = trimmed[..<equals]
            let isName =
                !name.isEmpty
                && name.allSatisfy {
                    (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
                }
            guard isName, let value = Self.unquoted(trimmed[trimmed.index(after: equals)...]) else { continue }
            fields[String(decoding: name, as: UTF8.self)] = value
        }
        self.fields = fields
    }

    /// The value of a field; nil when it is missing or empty.
    public subscript(name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Name and version of the product: `Nodewright Hypervisor 43`.
    public var product: String? {
        guard let name = self["NAME"] else { return self["PRETTY_NAME"] }
        return self["VERSION_ID"].map { "\(name) \($0)" } ?? name
    }

    /// Id and version of the image: `hypervisor 20261121`.
    public var image: String? {
        let parts = [self["IMAGE_ID"], self["IMAGE_VERSION"]].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    /// A word of a shell without expansion; nil when a quote is not closed.
    private static func unquoted(_ word: some Collection<UInt8>) -> String? {
        let backslash = UInt8(ascii: "\\")
        var value: [UInt8] = []
        var quote: UInt8?
        var escaped = false
        for byte in word {
            if escaped {
                // Inside double quotes a backslash only escapes what would be special there.
                if quote != nil, !Array("$\"\\`".utf8).contains(byte) { value.append(backslash) }
                value.append(byte)
                escaped = false
            } else if byte == backslash, quote != UInt8(ascii: "'") {
                escaped = true
            } else if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if quote == nil, byte == 0x20 || byte == 0x09 {
                break
            } else {
                value.append(byte)
            }
        }
        return quote == nil ? String(decoding: value, as: UTF8.self) : nil
    }
}
