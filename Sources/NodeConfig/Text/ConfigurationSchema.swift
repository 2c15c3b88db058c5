import Document

extension NodeConfiguration {
    /// The JSON Schema (draft 2020-12) of the document, for editors.
    public static var schema: JSONValue {
        let version: JSONValue = [
            "description": .string(versionSummary), "type": "integer", "minimum": 1, "maximum": .integer(schemaVersion),
        ]
        var members: [JSONValue.Member] = [
            .init("$schema", "https://json-schema.org/draft/2020-12/schema"), .init("$id", "nodectl.schema.json"),
            .init("title", "Nodewright node configuration"),
        ]
        guard case .object(let shape) = form.description.schema else { return .null }
        for member in shape {
            if member.key == "properties", case .object(let properties) = member.value {
                members.append(.init("properties", .object([.init("schemaVersion", version)] + properties)))
            } else {
                members.append(member)
            }
        }
        return .object(members + [.init("required", ["schemaVersion"])])
    }

    static let versionSummary = "The form of the document; a newer one than this program knows is refused."
}
