public import Document
import Host

/// Root metadata: the keys of all roles (specification, section 4.3).
public struct RootMetadata: RoleMetadata {
    /// `root`
    public static let kind = MetadataKind.root
    /// Version and expiry.
    public var header: MetadataHeader
    /// Whether files carry their version or hash in their names, so that the repository may change while somebody reads it.
    public var consistentSnapshot: Bool
    /// All keys by name.
    public var keys: [String: MetadataKey]
    /// Who signs for each of the four roles.
    public var roles: [MetadataKind: RoleKeys]
    private var otherRoles: [JSONValue.Member] = []
    private var others: [JSONValue.Member] = []

    /// New root metadata.
    public init(
        header: MetadataHeader, keys: [String: MetadataKey], roles: [MetadataKind: RoleKeys],
        consistentSnapshot: Bool = true
    ) {
        self.header = header
        self.consistentSnapshot = consistentSnapshot
        self.keys = keys
        self.roles = roles
    }

    /// Reads the `signed` part of a file.
    public init(_ signed: Node) throws {
        var fields = try MetadataFields(signed)
        header = try MetadataHeader(&fields, kind: Self.kind)
        consistentSnapshot = try fields.optionalBool("consistent_snapshot") ?? false
        keys = try MetadataKey.all(try fields.object("keys"))
        var roleFields = try MetadataFields(try fields.node("roles"))
        roles = [:]
        for kind in MetadataKind.allCases { roles[kind] = try RoleKeys(try roleFields.node(kind.rawValue)) }
        otherRoles = roleFields.rest
        others = fields.rest
    }

    /// The `signed` part for a file.
    public var json: JSONValue {
        let named = MetadataKind.allCases.compactMap { kind in
            roles[kind].map { JSONValue.Member(kind.rawValue, $0.json) }
        }
        return .object(
            header.members(Self.kind) + [
                JSONValue.Member("consistent_snapshot", .bool(consistentSnapshot)),
                JSONValue.Member("keys", .object(keys.mapValues(\.json))),
                JSONValue.Member("roles", .object(named + otherRoles)),
            ] + others)
    }
}
