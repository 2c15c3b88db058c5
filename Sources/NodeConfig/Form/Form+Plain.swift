import Document

extension Form where Value == Bool {
    /// `true` or `false`.
    static var bool: Form {
        let description = FormDescription(words: "true or false", schema: ["type": "boolean"])
        return Form(description) { node, name, diagnostics in
            if let bool = node.bool { return bool }
            let isWord = ["yes", "no", "on", "off"].contains(node.string?.lowercased() ?? "")
            description.wrong(node, name, diagnostics, hint: isWord ? "write true or false" : nil)
            return nil
        } write: {
            .bool($0)
        }
    }
}

extension Form where Value == Int {
    /// A whole number within a range.
    static func integer(_ range: ClosedRange<Int>, or other: Int? = nil, _ unit: String = "") -> Form {
        let limits: JSONValue = [
            "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ]
        let description = FormDescription(
            words: "a whole number\(unit.isEmpty ? "" : " of \(unit)") from \(range.lowerBound) to \(range.upperBound)"
                + (other.map { ", or \($0)" } ?? ""),
            schema: other.map { ["anyOf": [limits, ["const": .integer($0)]]] } ?? limits)
        return Form(description) { node, name, diagnostics in
            // Asked once: asked twice, the optimizer of Swift 6.3.1 stops with "Found ownership error".
            let integer = node.integer
            if let integer, range.contains(integer) || integer == other { return integer }
            let isQuoted = node.string.flatMap { Int($0) }.map(range.contains) ?? false
            description.wrong(node, name, diagnostics, hint: isQuoted ? "leave out the quotes" : nil)
            return nil
        } write: {
            .integer($0)
        }
    }
}

extension Form where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    /// One of a few words.
    static var choice: Form {
        let words = Value.allCases.map(\.rawValue)
        let description = FormDescription(
            words: words.map { "\"\($0)\"" }.joined(separator: " or "), schema: ["enum": .strings(words)])
        return Form(description) { node, name, diagnostics in
            if let value = node.string.flatMap({ Value(rawValue: $0) }) { return value }
            let meant = node.text.flatMap { nearest(to: $0, among: words) }.map { "did you mean \"\($0)\"?" }
            description.wrong(node, name, diagnostics, hint: meant)
            return nil
        } write: {
            .string($0.rawValue)
        }
    }
}

extension Form where Value == String {
    /// A text that passes a test.
    ///
    /// - Parameters:
    ///   - pattern: the test, or a part of it, as a regular expression for the JSON Schema
    static func string(
        _ words: String, pattern: String? = nil, limit: Int = 255, isQuiet: Bool = false,
        where test: @escaping @Sendable (String) -> Bool
    ) -> Form {
        var schema: [JSONValue.Member] = pattern.map { [.init("pattern", .string($0))] } ?? []
        schema += [.init("minLength", 1), .init("maxLength", .integer(limit))]
        return text(words, schema: schema, isQuiet: isQuiet) { text in
            !text.isEmpty && text.utf8.count <= limit && test(text) ? text : nil
        } text: {
            $0
        }
    }

    /// One line of text.
    static func line(_ words: String, limit: Int = 255) -> Form {
        string(words, pattern: "^[^\\u0000-\\u001F\\u007F]+$", limit: limit, where: isOneLine)
    }

    /// Whether a text has no control characters, and so is one line.
    @Sendable static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
    }
}

extension Form where Value == Secret {
    /// A text that is never shown.
    static func secret(_ words: String, atLeast: Int = 1, where test: @escaping @Sendable (String) -> Bool) -> Form {
        text(
            words, schema: [.init("minLength", .integer(atLeast)), .init("maxLength", 1024)], isSecret: true
        ) { text in
            text.count >= atLeast && text.utf8.count <= 1024 && test(text) ? Secret(text) : nil
        } text: {
            $0.revealed
        }
    }
}
