import Document
import Host

/// Reads an object of TUF metadata field by field, strict on types; what nobody asked for is kept, because clients must
/// ignore fields that they do not know, and who signs again must not lose them (specification, section 4).
struct MetadataFields {
    private let object: Node
    private var entries: [Node.Entry]

    /// - Throws: `.invalidInput` when `node` is no object
    init(_ node: Node) throws {
        guard let entries = node.mapping else {
            throw Self.failure(node, "this must be an object, but is \(node.kind)")
        }
        object = node
        self.entries = entries
    }

    /// The value of a field, taken out; nil when it is absent.
    mutating func take(_ name: String) -> Node? {
        guard let index = entries.firstIndex(where: { $0.key == name }) else { return nil }
        return entries.remove(at: index).value
    }

    /// The value of a field that must be there, taken out.
    mutating func node(_ name: String) throws -> Node {
        guard let node = take(name) else { throw Self.failure(object, "\"\(name)\" is missing") }
        return node
    }

    /// A text.
    mutating func string(_ name: String) throws -> String { try Self.string(try node(name), name) }

    /// A whole number that is not below `least`.
    mutating func integer(_ name: String, least: Int) throws -> Int {
        try Self.integer(try node(name), name, least: least)
    }

    /// A whole number, when the field is there.
    mutating func optionalInteger(_ name: String, least: Int) throws -> Int? {
        try take(name).map { try Self.integer($0, name, least: least) }
    }

    /// True or false, when the field is there.
    mutating func optionalBool(_ name: String) throws -> Bool? {
        try take(name).map { node in
            guard let bool = node.bool else { throw Self.wrong(node, name, "true or false") }
            return bool
        }
    }

    /// The entries of an object in their order.
    mutating func object(_ name: String) throws -> [Node.Entry] {
        let node = try node(name)
        guard let entries = node.mapping else { throw Self.wrong(node, name, "an object") }
        return entries
    }

    /// The elements of a list.
    mutating func list(_ name: String) throws -> [Node] {
        let node = try node(name)
        guard let nodes = node.sequence else { throw Self.wrong(node, name, "a list") }
        return nodes
    }

    /// A list of texts.
    mutating func strings(_ name: String) throws -> [String] {
        try list(name).map { try Self.string($0, "an element of \(name)") }
    }

    /// A list of texts of which no two are the same.
    mutating func uniqueStrings(_ name: String) throws -> [String] {
        let strings = try strings(name)
        guard Set(strings).count == strings.count else {
            throw Self.failure(object, "\"\(name)\" names one thing twice")
        }
        return strings
    }

    /// The fields that nobody took.
    var rest: [JSONValue.Member] { entries.map { JSONValue.Member($0.key, JSONValue($0.value)) } }

    static func string(_ node: Node, _ name: String) throws -> String {
        guard let string = node.string else { throw wrong(node, name, "text") }
        return string
    }

    private static func integer(_ node: Node, _ name: String, least: Int) throws -> Int {
        let integer = node.integer
        guard let integer, integer >= least else {
            let found = integer.map { "\($0)" } ?? node.kind
            throw failure(node, "\"\(name)\" must be a whole number from \(least) on, but is \(found)")
        }
        return integer
    }

    private static func wrong(_ node: Node, _ name: String, _ expected: String) -> Failure {
        failure(node, "\"\(name)\" must be \(expected), but is \(node.kind)")
    }

    /// A mistake of the metadata at the place of `node`.
    static func failure(_ node: Node, _ message: String) -> Failure {
        Failure(.invalidInput, "\(node.position): \(message)")
    }
}
