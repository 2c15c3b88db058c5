public import Document
import Host

/// Who may sign for a role, and how many of them must (specification, section 4.3).
public struct RoleKeys: Hashable, Sendable {
    /// The names of the keys, each once.
    public var keyIDs: [String]
    /// How many different ones must have signed, from 1 on.
    public var threshold: Int
    private var others: [JSONValue.Member] = []

    /// Keys with a threshold.
    public init(keyIDs: [String], threshold: Int = 1) {
        self.keyIDs = keyIDs
        self.threshold = threshold
    }

    /// - Throws: `.invalidInput`
    init(_ node: Node) throws {
        var fields = try MetadataFields(node)
        try self.init(&fields)
        others = fields.rest
    }

    /// Reads the two fields among others.
    init(_ fields: inout MetadataFields) throws {
        keyIDs = try fields.uniqueStrings("keyids")
        threshold = try fields.integer("threshold", least: 1)
    }

    /// The two fields.
    var members: [JSONValue.Member] {
        [
            JSONValue.Member("keyids", .strings(keyIDs)),
            JSONValue.Member("threshold", .integer(threshold)),
        ]
    }

    /// The object for a file.
    public var json: JSONValue { .object(members + others) }
}
