/// The version of a release, ordered as RPM orders versions: `1.0~rc1` before `1.0`, `1.9` before `1.10`.
///
/// 1 to 64 of the characters `A-Z a-z 0-9 . _ + ~ ^ -`, the first one a letter or a digit: `0.2.0`, `41.20261121.1`. So
/// nothing in it leaves a folder or a line.
public struct ReleaseVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The version as it was written.
    public let description: String

    /// Nil when the text is no version.
    public init?(_ text: some StringProtocol) {
        guard ReleaseName.isValid(text, besides: ".-_+~^", limit: 64) else { return nil }
        description = String(text)
    }

    /// Whether one release is older. Texts that RPM takes for the same version (`1.0` and `1.00`) are ordered by their bytes.
    public static func < (one: ReleaseVersion, other: ReleaseVersion) -> Bool {
        let order = compare(Array(one.description.utf8), Array(other.description.utf8))
        return order == 0 ? one.description.utf8.lexicographicallyPrecedes(other.description.utf8) : order < 0
    }

    /// The order by segments, which rpm's documentation describes (rpm-version(7)): negative, 0 or positive.
    private static func compare(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var left = one[...]
        var right = other[...]
        while true {
            left = left.drop(while: isSeparator)
            right = right.drop(while: isSeparator)
            // A tilde is older than everything, even than the end.
            if left.first == tilde || right.first == tilde {
                guard left.first == right.first else { return left.first == tilde ? -1 : 1 }
                left.removeFirst()
                right.removeFirst()
                continue
            }
            // A caret is newer than the end and older than everything else.
            if left.first == caret || right.first == caret {
                guard left.first == right.first else {
                    if left.isEmpty || right.isEmpty { return left.isEmpty ? -1 : 1 }
                    return left.first == caret ? -1 : 1
                }
                left.removeFirst()
                right.removeFirst()
                continue
            }
            guard let first = left.first, let second = right.first else {
                return left.isEmpty ? (right.isEmpty ? 0 : -1) : 1
            }
            // A number is newer than letters.
            guard isDigit(first) == isDigit(second) else { return isDigit(first) ? 1 : -1 }
            let belongs = isDigit(first) ? isDigit : isLetter
            var mine = left.prefix(while: belongs)
            var its = right.prefix(while: belongs)
            left = left.dropFirst(mine.count)
            right = right.dropFirst(its.count)
            if isDigit(first) {
                mine = mine.drop { $0 == UInt8(ascii: "0") }
                its = its.drop { $0 == UInt8(ascii: "0") }
                if mine.count != its.count { return mine.count - its.count }
            }
            if mine != its { return mine.lexicographicallyPrecedes(its) ? -1 : 1 }
        }
    }

    private static let tilde = UInt8(ascii: "~")
    private static let caret = UInt8(ascii: "^")

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        !isDigit(byte) && !isLetter(byte) && byte != tilde && byte != caret
    }
}
