/// A number of bytes written for people: `512 MiB`, `1.5G`, `100 MB`.
///
/// `KiB`, `MiB`, `GiB`, `TiB` and the bare letters are powers of 1024; `kB`, `MB`, `GB`, `TB` powers of 1000; `B` is bytes.
public struct ByteSize: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number of bytes, from 0 to 2^53.
    public let bytes: Int

    /// A number of bytes; nil below 0 and beyond 2^53.
    public init?(bytes: Int) {
        guard (0...1 << 53).contains(bytes) else { return nil }
        self.bytes = bytes
    }

    private static let units: [String: Int] = [
        "B": 1, "K": 1 << 10, "KiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "G": 1 << 30, "GiB": 1 << 30, "T": 1 << 40,
        "TiB": 1 << 40, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    ]

    /// The size in `text`; nil when it is none.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard text.utf8.count <= 24, let factor = Self.units[String(unit)], let number = Double(digits),
            digits.first != ".", digits.last != ".", number * Double(factor) <= 0x1p53
        else { return nil }
        bytes = Int(number * Double(factor))
    }

    /// The shortest exact text with a binary unit.
    public var description: String {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes >= 1 << shift && bytes & (1 << shift - 1) == 0 {
            return "\(bytes >> shift) \(unit)"
        }
        return "\(bytes) B"
    }

    /// The smaller number of bytes first.
    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}
