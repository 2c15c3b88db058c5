/// What a value of a document may be: the one table from which documents are checked and their JSON Schema is written.
public indirect enum Shape: Sendable {
    /// One key of a mapping.
    public struct Field: Sendable {
        /// The key.
        public let key: String
        /// What its value may be.
        public let shape: Shape
        /// Whether the mapping is incomplete without it.
        public let isRequired: Bool
        /// One sentence for editors and documentation.
        public let summary: String

        /// A key with what it may hold.
        public init(_ key: String, _ shape: Shape, required: Bool = false, _ summary: String) {
            self.key = key
            self.shape = shape
            isRequired = required
            self.summary = summary
        }
    }

    /// Text; with `orNumber` also a number without quotes, which is taken exactly as it is written.
    case text(TextRule, orNumber: Bool = false)
    /// `true` or `false`.
    case bool
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// One of a few words.
    case choice([String])
    /// A list; equal texts in it are a mistake.
    case list(Shape)
    /// A mapping with known keys.
    case mapping([Field])
    /// A mapping with free keys.
    case dictionary(key: TextRule, Shape)
    /// One of several, which differ in kind (text, list, mapping).
    case either([Shape])
}

extension Shape {
    /// The shape in words that follow "must be".
    var words: String {
        switch self {
        case .text(let rule, _): rule.words
        case .bool: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: " or ")
        case .list: "a list"
        case .mapping, .dictionary: "a mapping"
        case .either(let shapes): shapes.map(\.words).joined(separator: ", or ")
        }
    }
}
