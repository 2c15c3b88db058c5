/// Reads a mapping key by key; what is left over at the end is a mistake.
///
/// Every getter takes its key out; `finish` then reports the keys nobody asked for, each with the known key that was most
/// likely meant. Mistakes go to the collector, so that one run finds them all:
///
/// ```swift
/// let reader = MappingReader(node, diagnostics)
/// let name = reader.string("name")
/// let size = reader.integer("size", in: 0...1 << 40)
/// let parts = reader.sequence("parts", required: false).map(Part.init)
/// reader.finish()
/// try diagnostics.throwFirst()
/// ```
public final class MappingReader {
    /// Where the mapping begins.
    public let position: Position
    private let diagnostics: Diagnostics
    private var entries: [String: Node.Entry] = [:]
    private var asked: [String] = []

    /// A reader of `node`; anything but a mapping is a mistake.
    public init(_ node: Node, _ diagnostics: Diagnostics) {
        position = node.position
        self.diagnostics = diagnostics
        guard let mapping = node.mapping else {
            diagnostics.error(at: node.position, "expected a mapping, but found \(node.kind)")
            return
        }
        for entry in mapping { entries[entry.key] = entry }
    }

    /// The value of a key, whatever its kind; nil when absent, which is a mistake if `required`.
    public func node(_ key: String, required: Bool = true) -> Node? {
        asked.append(key)
        if let entry = entries.removeValue(forKey: key) { return entry.value }
        if required { diagnostics.error(at: position, "the key \"\(key)\" is missing") }
        return nil
    }

    private func value<Value>(
        _ key: String, _ required: Bool, _ expected: String, _ convert: (Node) -> Value?
    ) -> Value? {
        guard let node = node(key, required: required) else { return nil }
        if let value = convert(node) { return value }
        diagnostics.error(at: node.position, "\"\(key)\" must be \(expected), but this is \(node.kind)")
        return nil
    }

    /// Text.
    public func string(_ key: String, required: Bool = true) -> String? { value(key, required, "text") { $0.string } }

    /// `true` or `false`.
    public func bool(_ key: String, required: Bool = true) -> Bool? {
        value(key, required, "true or false") { $0.bool }
    }

    /// A whole number within a range.
    public func integer(_ key: String, in range: ClosedRange<Int> = 0...Int.max, required: Bool = true) -> Int? {
        guard let node = node(key, required: required) else { return nil }
        // Asked once: asked twice, the optimizer of Swift 6.3.1 stops with "Found ownership error".
        let integer = node.integer
        if let integer, range.contains(integer) { return integer }
        let found = integer.map { "\($0)" } ?? node.kind
        diagnostics.error(
            at: node.position,
            "\"\(key)\" must be a whole number from \(range.lowerBound) to \(range.upperBound), but this is \(found)")
        return nil
    }

    /// The elements of a list; empty when absent.
    public func sequence(_ key: String, required: Bool = true) -> [Node] {
        value(key, required, "a list") { $0.sequence } ?? []
    }

    /// A list of texts; empty when absent.
    public func strings(_ key: String, required: Bool = true) -> [String] {
        sequence(key, required: required).compactMap { node in
            if let string = node.string { return string }
            diagnostics.error(at: node.position, "\"\(key)\" must be a list of texts, but this element is \(node.kind)")
            return nil
        }
    }

    /// A mapping below a key.
    public func mapping(_ key: String, required: Bool = true) -> MappingReader? {
        node(key, required: required).map { MappingReader($0, diagnostics) }
    }

    /// Reports every key that nobody asked for.
    public func finish() {
        for entry in entries.values { diagnostics.unknownKey(entry, known: asked) }
    }
}

extension Diagnostics {
    /// Reports a key that is not known, together with the known one that was most likely meant.
    public func unknownKey(_ entry: Node.Entry, known: [String]) {
        let meant = nearest(to: entry.key, among: known).map { "did you mean \"\($0)\"?" }
        error(
            at: entry.position, "unknown key \"\(entry.key)\"",
            hint: meant ?? "known keys: \(known.sorted().joined(separator: ", "))")
    }
}
