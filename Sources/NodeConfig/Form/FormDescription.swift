import Document

/// A form without its value's type: what the JSON Schema, the reference page and messages say about it.
struct FormDescription: Sendable {
    /// What a value must be, in words that follow "must be".
    let words: String
    /// The JSON Schema of a value.
    let schema: JSONValue
    /// Whether nothing may show a value.
    var isSecret = false
    /// Whether messages do not repeat a value, although it is no secret: what is put there by mistake may be one.
    var isQuiet = false
    /// Whether it is a list.
    var isList = false
    /// The keys of a mapping, or of the mappings in a list.
    var keys: [KeyDescription] = []

    init(
        words: String, schema: JSONValue, isSecret: Bool = false, isQuiet: Bool = false, isList: Bool = false,
        keys: [KeyDescription] = []
    ) {
        self.words = words
        self.schema = schema
        self.isSecret = isSecret
        self.isQuiet = isQuiet
        self.isList = isList
        self.keys = keys
    }

    /// A mapping with known keys.
    init(mapping words: String, _ keys: [KeyDescription]) {
        self.words = words
        self.keys = keys
        var members: [JSONValue.Member] = [
            .init("type", "object"), .init("additionalProperties", false),
            .init("properties", .object(keys.map { JSONValue.Member($0.key, $0.schema) })),
        ]
        let required = keys.filter(\.isRequired).map(\.key)
        if !required.isEmpty { members.append(.init("required", .strings(required))) }
        schema = .object(members)
    }

    /// Reports a value of the wrong kind or content.
    func wrong(_ node: Node, _ name: String, _ diagnostics: Diagnostics, isText: Bool = false, hint: String? = nil) {
        let isScalar = node.sequence == nil && node.mapping == nil && !node.isNull
        let text = node.text ?? ""
        let found =
            !isScalar
            ? node.kind : isSecret || isQuiet ? "something else" : text.isEmpty ? "empty" : "\"\(Self.shown(text))\""
        var advice = hint
        if advice == nil, isText, node.number != nil || node.bool != nil {
            advice = "put it in quotes, if text is meant"
        }
        if advice == nil, isList, isScalar { advice = "begin the line with \"- \"" }
        diagnostics.error(at: node.position, "\"\(name)\" must be \(words), but this is \(found)", hint: advice)
    }

    /// A value of this form with `(secret)` in the place of each secret.
    func hidingSecrets(in value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { member in
                    let form = keys.first { $0.key == member.key }?.form
                    return JSONValue.Member(member.key, form?.hidingSecrets(in: member.value) ?? member.value)
                })
        case .array(let values): .array(values.map(hidingSecrets))
        default: isSecret ? .string(Secret("").description) : value
        }
    }

    /// A text in one short line without control characters, which could move a terminal's cursor.
    static func shown(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                ShownAddress.text(text).unicodeScalars.prefix(80).map {
                    $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
                }))
    }
}
