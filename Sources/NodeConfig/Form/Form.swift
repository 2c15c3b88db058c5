import Document

/// How a value stands in the document: the one place from which it is read, written, and described to people and editors.
struct Form<Value: Sendable>: Sendable {
    /// The form for people and editors.
    let description: FormDescription
    /// The value of a node; nil after a mistake that makes it unusable, which is reported with the value's name.
    let read: @Sendable (_ node: Node, _ name: String, Diagnostics) -> Value?
    /// The value as it is written.
    let write: @Sendable (Value) -> JSONValue

    init(
        _ description: FormDescription, read: @escaping @Sendable (Node, String, Diagnostics) -> Value?,
        write: @escaping @Sendable (Value) -> JSONValue
    ) {
        self.description = description
        self.read = read
        self.write = write
    }
}

extension Form {
    /// A value written as text.
    ///
    /// - Parameters:
    ///   - words: what it must be, after "must be"
    ///   - schema: what the JSON Schema says besides `type: string`
    ///   - isSecret: whether nothing may show it
    ///   - isQuiet: whether messages do not repeat it
    ///   - parse: the value of a text; nil when it is none
    ///   - text: the canonical text
    static func text(
        _ words: String, schema: [JSONValue.Member] = [], isSecret: Bool = false, isQuiet: Bool = false,
        parse: @escaping @Sendable (String) -> Value?, text: @escaping @Sendable (Value) -> String
    ) -> Form {
        let schema = JSONValue.object([JSONValue.Member("type", "string")] + schema)
        let description = FormDescription(words: words, schema: schema, isSecret: isSecret, isQuiet: isQuiet)
        return Form(description) { node, name, diagnostics in
            if let string = node.string, let value = parse(string) { return value }
            description.wrong(node, name, diagnostics, isText: true)
            return nil
        } write: {
            .string(text($0))
        }
    }

    /// A value whose description is its canonical text.
    static func text(
        _ words: String, schema: [JSONValue.Member] = [], parse: @escaping @Sendable (String) -> Value?
    ) -> Form where Value: CustomStringConvertible {
        text(words, schema: schema, parse: parse) { $0.description }
    }

    /// A list; the same element twice is a mistake, unless `unique` is false because that is looked for elsewhere.
    static func list<Element>(_ element: Form<Element>, _ words: String, limit: Int = 256, unique: Bool = true) -> Form<
        [Element]
    > {
        let schema: JSONValue = [
            "type": "array", "items": element.description.schema, "maxItems": .integer(limit), "uniqueItems": true,
        ]
        let description = FormDescription(
            words: words, schema: schema, isSecret: element.description.isSecret, isQuiet: element.description.isQuiet,
            isList: true,
            keys: element.description.keys)
        return Form<[Element]>(description) { node, name, diagnostics in
            guard let nodes = node.sequence else {
                description.wrong(node, name, diagnostics)
                return nil
            }
            if nodes.count > limit {
                diagnostics.error(
                    at: nodes[limit].position,
                    "\"\(name)\" has \(nodes.count) elements, but at most \(limit) are allowed"
                )
                return nil
            }
            var first: [JSONValue: Int] = [:]
            return nodes.compactMap { node in
                guard let value = element.read(node, name, diagnostics) else { return nil }
                if unique, let line = first.updateValue(node.position.line, forKey: element.write(value)) {
                    let shown = node.text.map { "\"\($0.prefix(80))\"" } ?? "the same element"
                    diagnostics.error(
                        at: node.position, "\(shown) is given twice in \"\(name)\"",
                        hint: line == 0 ? nil : "it is given before in line \(line)")
                    return nil
                }
                return value
            }
        } write: { values in
            .array(values.map(element.write))
        }
    }

    /// A mapping with known keys.
    ///
    /// - Parameters:
    ///   - empty: the value in which nothing is given; placeholders stand for required keys
    static func mapping(
        _ words: String, _ fields: [Field<Value>], empty: @escaping @Sendable () -> Value
    ) -> Form {
        let description = FormDescription(mapping: words, fields.map(\.description))
        return Form(description) { node, name, diagnostics in
            guard let entries = node.mapping else {
                description.wrong(node, name, diagnostics)
                return nil
            }
            var value = empty()
            var isComplete = true
            for entry in entries {
                guard let field = fields.first(where: { $0.description.key == entry.key }) else {
                    diagnostics.unknownKey(entry, known: fields.map(\.description.key))
                    continue
                }
                let isUsable = field.read(entry.value, &value, diagnostics)
                if !isUsable && field.description.isRequired { isComplete = false }
            }
            for field in fields where field.description.isRequired && node[field.description.key] == nil {
                diagnostics.error(
                    at: node.position, "\"\(name)\" needs the key \"\(field.description.key)\"",
                    hint: "for example: \(field.description.key): \(field.description.example)")
                isComplete = false
            }
            return isComplete ? value : nil
        } write: { value in
            .object(
                fields.compactMap { field in field.write(value).map { JSONValue.Member(field.description.key, $0) } })
        }
    }
}
