import Document

/// Replaces `${name}` in texts; `$${` stands for a literal `${`.
final class Variables {
    /// Variables in variables can double a text with each step; no honest value is longer than so many bytes.
    private static let lengthLimit = 64 << 10

    /// Where a variable's text comes from.
    private struct Definition {
        let text: String
        let position: Position
    }

    private var definitions: [String: Definition] = [:]
    private var values: [String: String] = [:]
    private var open: [String] = []
    private let diagnostics: Diagnostics

    /// Whether a name that nothing defines is a mistake; not so when a file that might define it could not be read.
    private let reportsUnknown: Bool

    init(_ diagnostics: Diagnostics, reportsUnknown: Bool) {
        self.diagnostics = diagnostics
        self.reportsUnknown = reportsUnknown
    }

    var names: [String] { definitions.keys.sorted() }

    func define(_ name: String, _ text: String, at position: Position) {
        definitions[name] = Definition(text: text, position: position)
    }

    /// All variables with what they stand for.
    func allValues() -> [String: String] {
        var all: [String: String] = [:]
        for (name, definition) in definitions.sorted(by: { $0.key < $1.key }) {
            all[name] = value(of: name, at: definition.position) ?? ""
        }
        return all
    }

    /// The tree with every variable in its texts replaced; keys stay as they are.
    func replaced(in node: Node) -> Node {
        switch node.value {
        case .string(let text) where text.contains("${"):
            return Node(.string(replaced(text, at: node.position)), at: node.position)
        case .sequence(let nodes):
            return Node(.sequence(nodes.map { replaced(in: $0) }), at: node.position)
        case .mapping(let entries):
            let values = entries.map { Node.Entry(key: $0.key, position: $0.position, value: replaced(in: $0.value)) }
            return Node(.mapping(values), at: node.position)
        default: return node
        }
    }

    private func replaced(_ text: String, at position: Position) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                result += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    diagnostics.error(
                        at: position, "\"${\" without \"}\" in \"\(text)\"",
                        hint: "write \"$${\" for the characters themselves")
                    return result
                }
                let name = String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                result += value(of: name, at: position) ?? "${\(name)}"
                rest = rest[rest.index(after: end)...]
            } else {
                result += "$"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    private func value(of name: String, at position: Position) -> String? {
        if let value = values[name] { return value }
        guard let definition = definitions[name] else {
            guard reportsUnknown else { return nil }
            let meant = nearest(to: name, among: names).map { "did you mean \"${\($0)}\"?" }
            diagnostics.error(
                at: position, "unknown variable \"${\(name)}\"",
                hint: meant ?? "define it under \"variables\"; known: \(names.joined(separator: ", "))")
            return nil
        }
        if let start = open.firstIndex(of: name) {
            let chain = (open[start...] + [name]).joined(separator: " -> ")
            diagnostics.error(at: definition.position, "the variable \"\(name)\" contains itself: \(chain)")
            return nil
        }
        open.append(name)
        var value = replaced(definition.text, at: definition.position)
        open.removeLast()
        if value.utf8.count > Self.lengthLimit {
            diagnostics.error(
                at: definition.position, "the variable \"\(name)\" grows beyond \(Self.lengthLimit) bytes")
            value = ""
        }
        values[name] = value
        return value
    }
}
