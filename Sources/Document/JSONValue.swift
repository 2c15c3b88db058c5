/// A value to be written as JSON; literals make it easy to build.
///
/// ```swift
/// let value: JSONValue = ["name": .string(name), "sizes": .array(sizes.map { .integer($0) }), "signed": true]
/// ```
public enum JSONValue: Hashable, Sendable {
    /// One key of an object with its value.
    public struct Member: Hashable, Sendable {
        /// The key.
        public let key: String
        /// Its value.
        public let value: JSONValue

        /// A key with its value.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    case integer(Int)
    /// A number with a fraction; infinities and NaN, which JSON does not have, are written as null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A list of texts.
    public static func strings(_ strings: some Sequence<String>) -> JSONValue { .array(strings.map { .string($0) }) }

    /// An object from a dictionary, sorted by key.
    public static func object(_ members: [String: JSONValue]) -> JSONValue {
        .object(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { Member($0.key, $0.value) })
    }

    /// Text, or null when there is none.
    public static func optional(_ string: String?) -> JSONValue { string.map { .string($0) } ?? .null }

    /// A number, or null when there is none.
    public static func optional(_ integer: Int?) -> JSONValue { integer.map { .integer($0) } ?? .null }

    /// The value of a parsed document, without its places.
    public init(_ node: Node) {
        switch node.value {
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .string(let string): self = .string(string)
        case .sequence(let nodes): self = .array(nodes.map { JSONValue($0) })
        case .mapping(let entries): self = .object(entries.map { Member($0.key, JSONValue($0.value)) })
        }
    }

    /// The value of a key, when this is an object that has it.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByStringInterpolation
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object that keeps the order of the literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
