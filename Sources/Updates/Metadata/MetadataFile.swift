import Document
import Host

/// What timestamp and snapshot say about a file of metadata (specification, section 4.4: `METAFILES`).
public struct MetadataFile: Hashable, Sendable {
    /// The version that it has, from 1 on.
    public var version: Int
    /// How many bytes it has; nil when that is not said.
    public var length: Int?
    /// Its hashes; nil when they are not said.
    public var hashes: FileHashes?
    private var others: [JSONValue.Member] = []

    /// A file.
    public init(version: Int, length: Int? = nil, hashes: FileHashes? = nil) {
        self.version = version
        self.length = length
        self.hashes = hashes
    }

    init(_ node: Node) throws {
        var fields = try MetadataFields(node)
        version = try fields.integer("version", least: 1)
        length = try fields.optionalInteger("length", least: 0)
        hashes = try fields.take("hashes").map { try FileHashes($0) }
        others = fields.rest
    }

    /// The object for a file.
    var json: JSONValue {
        var members = [JSONValue.Member("version", .integer(version))]
        if let length { members.append(JSONValue.Member("length", .integer(length))) }
        if let hashes { members.append(JSONValue.Member("hashes", hashes.json)) }
        return .object(members + others)
    }

    /// In what `bytes` differ from the length and the hashes, in words; nil when in nothing.
    public func difference(_ bytes: [UInt8]) -> String? {
        if let length, length != bytes.count { return "it has \(bytes.count) bytes instead of \(length)" }
        return hashes?.mismatch(bytes)
    }

    /// Reads a `meta` object.
    static func all(_ entries: [Node.Entry]) throws -> [String: MetadataFile] {
        var files: [String: MetadataFile] = [:]
        for entry in entries { files[entry.key] = try MetadataFile(entry.value) }
        return files
    }
}
