import Document

/// One key of a mapping, for people and editors.
struct KeyDescription: Sendable {
    /// The key.
    let key: String
    /// One sentence about it.
    let summary: String
    /// A value in YAML, in one line.
    let example: String
    /// What holds without it, in words; nil when nothing needs to be said.
    let fallback: String?
    /// Whether the mapping is incomplete without it.
    let isRequired: Bool
    /// What its value may be.
    let form: FormDescription
    /// Reports the mistakes of a value; for testing the example.
    let check: @Sendable (Node, Diagnostics) -> Void

    /// The JSON Schema of its value.
    var schema: JSONValue {
        guard case .object(let members) = form.schema else { return form.schema }
        return .object([JSONValue.Member("description", .string(summary))] + members)
    }
}
