public import Document
import Host

/// Timestamp metadata: the newest snapshot (specification, section 4.6).
public struct TimestampMetadata: RoleMetadata {
    /// `timestamp`
    public static let kind = MetadataKind.timestamp
    /// Version and expiry.
    public var header: MetadataHeader
    /// The snapshot.
    public var snapshot: MetadataFile
    private var otherFiles: [JSONValue.Member] = []
    private var others: [JSONValue.Member] = []

    /// New timestamp metadata.
    public init(header: MetadataHeader, snapshot: MetadataFile) {
        self.header = header
        self.snapshot = snapshot
    }

    /// Reads the `signed` part of a file.
    public init(_ signed: Node) throws {
        var fields = try MetadataFields(signed)
        header = try MetadataHeader(&fields, kind: Self.kind)
        var files = try MetadataFields(try fields.node("meta"))
        snapshot = try MetadataFile(try files.node("snapshot.json"))
        otherFiles = files.rest
        others = fields.rest
    }

    /// The `signed` part for a file.
    public var json: JSONValue {
        .object(
            header.members(Self.kind) + [
                JSONValue.Member(
                    "meta", .object([JSONValue.Member("snapshot.json", snapshot.json)] + otherFiles))
            ] + others)
    }
}
