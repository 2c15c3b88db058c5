/// The names that become part of a path in an update repository: products, architectures, channels, files.
public enum ReleaseName {
    /// Whether a text can name a product, an architecture, a profile or a file: 1 to 64 of `A-Z a-z 0-9 . _ + -`, the first one a
    /// letter or a digit, so that it is neither hidden nor `..`.
    public static func isValid(_ text: some StringProtocol) -> Bool { isValid(text, besides: "._+-", limit: 64) }

    /// Whether a text can name a channel: 1 to 32 of `a-z 0-9 -`, the first one a letter or a digit.
    public static func isChannel(_ text: some StringProtocol) -> Bool {
        isValid(text, besides: "-", limit: 32)
            && !text.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    static func isValid(_ text: some StringProtocol, besides: StaticString, limit: Int) -> Bool {
        let marks = UnsafeBufferPointer(start: besides.utf8Start, count: besides.utf8CodeUnitCount)
        guard let first = text.utf8.first, text.utf8.count <= limit, isPlain(first) else { return false }
        return text.utf8.allSatisfy { isPlain($0) || marks.contains($0) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
