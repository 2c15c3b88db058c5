extension Shape {
    /// How far a document has come when it is checked.
    public enum Stage: Sendable {
        /// One file of several that are merged: a text with a `${variable}` in it is not checked yet.
        case part
        /// All parts and variables together: equal texts in a list are accepted, because two parts may well say the same.
        case merged
        /// As `merged`, but variables that could not be replaced are left, which has been reported.
        case incomplete
    }

    /// Checks a value and reports every mistake below it.
    ///
    /// - Parameters:
    ///   - name: how to call the value: its key
    public func check(_ node: Node, name: String, stage: Stage, _ diagnostics: Diagnostics) {
        switch self {
        case .text(let rule, let orNumber): checkText(node, name, rule, orNumber, stage, diagnostics)
        case .bool: if node.bool == nil { wrong(node, name, diagnostics) }
        case .integer(let range):
            if !(node.integer.map(range.contains) ?? false) { wrong(node, name, diagnostics) }
        case .choice(let words):
            if let text = node.string, words.contains(text) || (stage != .merged && text.contains("${")) { return }
            let meant = node.text.flatMap { nearest(to: $0, among: words) }.map { "did you mean \"\($0)\"?" }
            wrong(node, name, diagnostics, hint: meant)
        case .list(let element):
            guard let nodes = node.sequence else { return wrong(node, name, diagnostics) }
            for node in nodes { element.check(node, name: name, stage: stage, diagnostics) }
            if stage == .part { Shape.checkDuplicates(nodes, name, diagnostics) }
        case .mapping(let fields): checkFields(node, name, fields, stage, diagnostics)
        case .dictionary(let rule, let shape):
            guard let entries = node.mapping else { return wrong(node, name, diagnostics) }
            for entry in entries {
                if !rule.allows(entry.key) {
                    diagnostics.error(at: entry.position, "the key \"\(entry.key)\" must be \(rule.words)")
                }
                shape.check(entry.value, name: entry.key, stage: stage, diagnostics)
            }
        case .either(let shapes):
            guard let shape = shapes.first(where: { $0.hasKind(of: node) }) else {
                return wrong(node, name, diagnostics)
            }
            shape.check(node, name: name, stage: stage, diagnostics)
        }
    }

    private func wrong(_ node: Node, _ name: String, _ diagnostics: Diagnostics, hint: String? = nil) {
        let isScalar = node.sequence == nil && node.mapping == nil && !node.isNull
        let found = isScalar && !isSecret ? "\"\(node.text ?? "")\"" : node.kind
        diagnostics.error(
            at: node.position, "\"\(name)\" must be \(words), but this is \(found)", hint: hint ?? self.hint(node))
    }

    private var isSecret: Bool { if case .text(let rule, _) = self { rule.isSecret } else { false } }

    private func hint(_ node: Node) -> String? {
        switch self {
        case .bool where ["yes", "no", "on", "off"].contains(node.string?.lowercased() ?? ""): "write true or false"
        case .text where node.number != nil || node.bool != nil: "put it in quotes, if text is meant"
        case .list where node.sequence == nil && node.text != nil && !node.isNull: "begin the line with \"- \""
        default: nil
        }
    }

    private func checkText(
        _ node: Node, _ name: String, _ rule: TextRule, _ orNumber: Bool, _ stage: Stage, _ diagnostics: Diagnostics
    ) {
        guard let text = node.string ?? (orNumber && node.number != nil ? node.text : nil) else {
            return wrong(node, name, diagnostics)
        }
        if rule.allows(text) || (stage != .merged && text.contains("${")) { return }
        let shown = text.isEmpty ? "empty" : rule.isSecret ? "something else" : "\"\(String(text.prefix(80)))\""
        diagnostics.error(at: node.position, "\"\(name)\" must be \(rule.words), but this is \(shown)")
    }

    private func checkFields(
        _ node: Node, _ name: String, _ fields: [Field], _ stage: Stage, _ diagnostics: Diagnostics
    ) {
        guard let entries = node.mapping else { return wrong(node, name, diagnostics) }
        for entry in entries {
            guard let field = fields.first(where: { $0.key == entry.key }) else {
                diagnostics.unknownKey(entry, known: fields.map(\.key))
                continue
            }
            field.shape.check(entry.value, name: entry.key, stage: stage, diagnostics)
        }
        for field in fields where field.isRequired && node[field.key] == nil {
            diagnostics.error(at: node.position, "\"\(name)\" needs the key \"\(field.key)\"", hint: field.summary)
        }
    }

    private func hasKind(of node: Node) -> Bool {
        switch self {
        case .list: node.sequence != nil
        case .mapping, .dictionary: node.mapping != nil
        case .bool: node.bool != nil
        case .integer: node.integer != nil
        case .text(_, let orNumber): node.string != nil || (orNumber && node.number != nil)
        case .choice: node.string != nil
        case .either(let shapes): shapes.contains { $0.hasKind(of: node) }
        }
    }

    private static func checkDuplicates(_ nodes: [Node], _ name: String, _ diagnostics: Diagnostics) {
        var lines: [String: Int] = [:]
        for node in nodes {
            guard let text = node.text else { continue }
            if let line = lines[text] {
                diagnostics.error(
                    at: node.position, "\"\(text)\" is given twice in \"\(name)\"",
                    hint: "it is given first in line \(line)")
            } else {
                lines[text] = node.position.line
            }
        }
    }
}
