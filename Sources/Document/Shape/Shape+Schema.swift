extension Shape {
    /// The JSON Schema (draft 2020-12) of documents of this shape, for editors.
    public func schema(title: String, identifier: String) -> JSONValue {
        guard case .object(let members) = schema(summary: nil) else { return .null }
        return .object(
            [
                JSONValue.Member("$schema", "https://json-schema.org/draft/2020-12/schema"),
                JSONValue.Member("$id", .string(identifier)), JSONValue.Member("title", .string(title)),
            ] + members)
    }

    private func schema(summary: String?) -> JSONValue {
        var members = summary.map { [JSONValue.Member("description", .string($0))] } ?? []
        func add(_ key: String, _ value: JSONValue) { members.append(JSONValue.Member(key, value)) }
        switch self {
        case .text(let rule, let orNumber):
            add("type", orNumber ? ["string", "number"] : "string")
            add("pattern", .string(rule.pattern))
        case .bool: add("type", "boolean")
        case .integer(let range):
            add("type", "integer")
            add("minimum", .integer(range.lowerBound))
            add("maximum", .integer(range.upperBound))
        case .choice(let words):
            add("anyOf", [["enum": .strings(words)], ["type": "string", "pattern": "\\$\\{"]])
        case .list(let element):
            add("type", "array")
            add("items", element.schema(summary: nil))
            add("uniqueItems", true)
        case .mapping(let fields):
            add("type", "object")
            add("additionalProperties", false)
            add(
                "properties",
                .object(fields.map { JSONValue.Member($0.key, $0.shape.schema(summary: $0.summary)) }))
            let required = fields.filter(\.isRequired).map(\.key)
            if !required.isEmpty { add("required", .strings(required)) }
        case .dictionary(let rule, let shape):
            add("type", "object")
            add("propertyNames", ["pattern": .string("^[\(rule.first)][\(rule.rest)]{0,\(rule.limit - 1)}$")])
            add("additionalProperties", shape.schema(summary: nil))
        case .either(let shapes): add("anyOf", .array(shapes.map { $0.schema(summary: nil) }))
        }
        return .object(members)
    }
}
