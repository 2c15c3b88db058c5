public import Document

/// What a change of a repository has done.
public struct PublishResult: Sendable {
    /// For people: a line for each thing that was done.
    public let lines: [String]
    /// For `--json`.
    public let members: [JSONValue.Member]

    init(_ lines: [String], _ members: [JSONValue.Member] = []) {
        self.lines = lines
        self.members = members
    }

    /// The lines as one text.
    public var text: String { lines.joined(separator: "\n") }
    /// One object.
    public var json: JSONValue { .object([JSONValue.Member("result", "done")] + members) }
}
