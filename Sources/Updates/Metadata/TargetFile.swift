public import Document
import Host

/// A target: a file that the repository offers (specification, section 4.5).
public struct TargetFile: Hashable, Sendable {
    /// Its path, relative to the base address of targets, with slashes.
    public let path: String
    /// How many bytes it has.
    public let length: Int
    /// Its hashes.
    public let hashes: FileHashes
    /// What the publisher says about it; nil when nothing.
    public let custom: JSONValue?
    private var others: [JSONValue.Member] = []

    /// A target.
    public init(path: String, length: Int, hashes: FileHashes, custom: JSONValue? = nil) {
        self.path = path
        self.length = length
        self.hashes = hashes
        self.custom = custom
    }

    init(path: String, _ node: Node) throws {
        var fields = try MetadataFields(node)
        self.path = path
        length = try fields.integer("length", least: 0)
        hashes = try FileHashes(try fields.node("hashes"))
        custom = fields.take("custom").map { JSONValue($0) }
        others = fields.rest
    }

    /// The object for a file.
    var json: JSONValue {
        var members = [
            JSONValue.Member("length", .integer(length)),
            JSONValue.Member("hashes", hashes.json),
        ]
        if let custom { members.append(JSONValue.Member("custom", custom)) }
        return .object(members + others)
    }
}
