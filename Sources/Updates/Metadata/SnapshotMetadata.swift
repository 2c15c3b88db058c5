public import Document
import Host

/// Snapshot metadata: the versions of all targets metadata that belong together (specification, section 4.4).
public struct SnapshotMetadata: RoleMetadata {
    /// `snapshot`
    public static let kind = MetadataKind.snapshot
    /// Version and expiry.
    public var header: MetadataHeader
    /// The files by name: `targets.json`, and one for each delegated role.
    public var files: [String: MetadataFile]
    private var others: [JSONValue.Member] = []

    /// New snapshot metadata.
    public init(header: MetadataHeader, files: [String: MetadataFile]) {
        self.header = header
        self.files = files
    }

    /// Reads the `signed` part of a file.
    public init(_ signed: Node) throws {
        var fields = try MetadataFields(signed)
        header = try MetadataHeader(&fields, kind: Self.kind)
        files = try MetadataFile.all(try fields.object("meta"))
        others = fields.rest
    }

    /// The `signed` part for a file.
    public var json: JSONValue {
        .object(
            header.members(Self.kind) + [JSONValue.Member("meta", .object(files.mapValues(\.json)))] + others)
    }
}
