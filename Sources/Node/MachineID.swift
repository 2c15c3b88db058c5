/// The identity of an installed system (machine-id(5)): 128 bits, not all zero, written as 32 small hexadecimal digits.
public struct MachineID: Hashable, Sendable {
    /// The 32 digits.
    public let text: String

    /// The id in `text`, which may also have the hyphens of a UUID; nil when it is none.
    public init?(_ text: String) {
        let hyphen = UInt8(ascii: "-")
        var digits = Array(text.utf8)
        if digits.count == 36, [8, 13, 18, 23].allSatisfy({ digits[$0] == hyphen }) {
            digits.removeAll { $0 == hyphen }
        }
        guard digits.count == 32, digits.contains(where: { $0 != 0x30 }) else { return nil }
        let isHexadecimal = digits.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || (0x41...0x46).contains($0)
        }
        guard isHexadecimal else { return nil }
        self.text = String(decoding: digits, as: UTF8.self).lowercased()
    }

    /// The id in the content of an `/etc/machine-id`; nil when that is empty, `uninitialized` or damaged.
    public init?(file content: [UInt8]) {
        let line = content.last == 0x0A ? content.dropLast() : content[...]
        guard line.count == 32 else { return nil }
        self.init(String(decoding: line, as: UTF8.self))
    }

    /// A new id: a random UUID of version 4, as systemd makes them.
    public static func random() -> MachineID {
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 1 << 63
        return MachineID(digits: padded(high) + padded(low))
    }

    private init(digits: String) { text = digits }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
