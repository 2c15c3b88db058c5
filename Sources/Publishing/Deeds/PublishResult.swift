public import Document

/// What a change of a repository has done.
public struct PublishResult: Sendable {
    /// For people: a line for each thing that was done.
    public private(set) var lines: [String]
    /// For `--json`.
    public private(set) var members: [JSONValue.Member]

    /// Nothing so far.
    public init() { self.init([]) }

    init(_ lines: [String], _ members: [JSONValue.Member] = []) {
        self.lines = lines
        self.members = members
    }

    /// What was done after it; of members with the same key the later one stays.
    public static func += (first: inout PublishResult, next: PublishResult) {
        first.lines += next.lines
        first.members.removeAll { member in next.members.contains { $0.key == member.key } }
        first.members += next.members
    }

    /// The lines as one text.
    public var text: String { lines.joined(separator: "\n") }
    /// One object.
    public var json: JSONValue { .object([JSONValue.Member("result", "done")] + members) }
}
