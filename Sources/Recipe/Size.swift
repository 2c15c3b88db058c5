/// A number of bytes written for people: `512 MiB`, `1.5G`, `100 MB`.
///
/// `KiB`, `MiB`, `GiB`, `TiB` and the bare letters are powers of 1024; `kB`, `MB`, `GB`, `TB` powers of 1000; `B` is bytes.
enum Size {
    private static let units: [String: Int] = [
        "B": 1, "K": 1 << 10, "KiB": 1 << 10, "M": 1 << 20, "MiB": 1 << 20, "G": 1 << 30, "GiB": 1 << 30, "T": 1 << 40,
        "TiB": 1 << 40, "kB": 1000, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
    ]

    /// The number of bytes; nil when the text is no size or beyond 2^53.
    static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard let factor = units[String(unit)], let number = Double(digits), digits.first != "." else { return nil }
        let bytes = number * Double(factor)
        return bytes <= 0x1p53 ? Int(bytes) : nil
    }

    /// The shortest exact text with a binary unit.
    static func text(_ bytes: Int) -> String {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes >= 1 << shift && bytes & (1 << shift - 1) == 0 {
            return "\(bytes >> shift) \(unit)"
        }
        return "\(bytes) B"
    }
}
