/// Which texts a value may be; the same rule checks documents and becomes a pattern of the JSON Schema.
///
/// A rule is a set of characters for the first place and one for the others, each written as the inside of a regular
/// expression's bracket (`a-z0-9_.-`), so that no regular-expression engine is needed here.
public struct TextRule: Sendable {
    /// The allowed first character.
    public let first: String
    /// The allowed other characters.
    public let rest: String
    /// The largest number of characters.
    public let limit: Int
    /// The rule in words that follow "must be".
    public let words: String
    /// Whether the text must not be repeated in messages.
    public let isSecret: Bool

    /// Words of certain characters.
    public init(first: String, rest: String, limit: Int, words: String, isSecret: Bool = false) {
        self.first = first
        self.rest = rest
        self.limit = limit
        self.words = words
        self.isSecret = isSecret
    }

    /// Any text of one line that is not empty.
    public static let line = TextRule(
        first: "^\\u0000-\\u001F\\u007F", rest: "^\\u0000-\\u001F\\u007F", limit: 4096,
        words: "one line of text that is not empty")

    /// Whether a text follows the rule.
    public func allows(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let head = scalars.first, scalars.count <= limit else { return false }
        let others = CharacterClass(rest)
        return CharacterClass(first).contains(head) && scalars.dropFirst().allSatisfy(others.contains)
    }

    /// The rule as an ECMA 262 regular expression; a text with a `${variable}` in it is let through.
    public var pattern: String { "^(?:[\(first)][\(rest)]{0,\(limit - 1)}|.*\\$\\{.*)$" }
}

/// The inside of a regular expression's bracket: single characters, ranges, `\uXXXX`, a leading `^` for "none of".
private struct CharacterClass {
    private var ranges: [ClosedRange<UInt32>] = []
    private var negated = false

    init(_ text: String) {
        var values: [UInt32] = []
        var rest = Array(text.unicodeScalars.map(\.value))[...]
        if rest.first == 0x5E {
            negated = true
            rest.removeFirst()
        }
        while let value = rest.popFirst() {
            guard value == 0x5C else {
                values.append(value)
                continue
            }
            guard let kind = rest.popFirst() else { break }
            guard kind == 0x75 else {
                values.append(kind)
                continue
            }
            let digits = rest.prefix(4).compactMap { UnicodeScalar($0).map { String($0) } }.joined()
            rest = rest.dropFirst(4)
            values.append(UInt32(digits, radix: 16) ?? 0)
        }
        var index = 0
        while index < values.count {
            if index + 2 < values.count, values[index + 1] == 0x2D, values[index] <= values[index + 2] {
                ranges.append(values[index]...values[index + 2])
                index += 3
            } else {
                ranges.append(values[index]...values[index])
                index += 1
            }
        }
    }

    func contains(_ scalar: UnicodeScalar) -> Bool { ranges.contains { $0.contains(scalar.value) } != negated }
}
