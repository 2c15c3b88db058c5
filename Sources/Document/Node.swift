/// A value of a document together with the place where it is written.
public struct Node: Sendable {
    /// One key of a mapping with its value.
    public struct Entry: Sendable {
        /// The key.
        public let key: String
        /// Where the key is written.
        public let position: Position
        /// Its value.
        public let value: Node

        /// A key with its value.
        public init(key: String, position: Position, value: Node) {
            self.key = key
            self.position = position
            self.value = value
        }
    }

    /// What a document can hold.
    public enum Value: Sendable {
        case null
        case bool(Bool)
        case integer(Int)
        /// A number with a fraction or an exponent.
        case number(Double)
        case string(String)
        case sequence([Node])
        /// Keys are unique and keep the order in which they are written.
        case mapping([Entry])
    }

    /// The value.
    public let value: Value
    /// Where it begins.
    public let position: Position
    /// A scalar exactly as it is written, without quotes: `1.10` for the number 1.1; nil for sequences and mappings.
    public let text: String?

    /// A value at a place.
    public init(_ value: Value, at position: Position, text: String? = nil) {
        self.value = value
        self.position = position
        if let text {
            self.text = text
        } else if case .string(let string) = value {
            self.text = string
        } else {
            self.text = nil
        }
    }

    /// The value as text, when it is text (a number is not).
    public var string: String? { if case .string(let string) = value { string } else { nil } }
    // Inlined into an optional chain, it makes the optimiser of Swift 6.3.1 crash ("Found outside of lifetime use").
    /// The value when it is a whole number.
    public var integer: Int? { @inline(never) get { if case .integer(let integer) = value { integer } else { nil } } }
    /// The value when it is a number, whole or not.
    public var number: Double? {
        switch value {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: nil
        }
    }
    /// The value when it is `true` or `false`.
    public var bool: Bool? { if case .bool(let bool) = value { bool } else { nil } }
    /// The elements of a sequence.
    public var sequence: [Node]? { if case .sequence(let nodes) = value { nodes } else { nil } }
    /// The entries of a mapping.
    public var mapping: [Entry]? { if case .mapping(let entries) = value { entries } else { nil } }
    /// Whether the value is null.
    public var isNull: Bool { if case .null = value { true } else { false } }

    /// The value of a key, when this is a mapping that has it.
    public subscript(key: String) -> Node? { mapping?.first { $0.key == key }?.value }

    /// The kind of value, in the words of error messages.
    public var kind: String {
        switch value {
        case .null: "nothing"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
