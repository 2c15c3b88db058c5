public import Document
import Host

/// Targets metadata: what the repository offers, and to whom parts of that are delegated (specification, section 4.5).
public struct TargetsMetadata: RoleMetadata {
    /// Roles in the order in which they are asked, with their keys.
    public struct Delegations: Hashable, Sendable {
        /// The keys by name.
        public var keys: [String: MetadataKey]
        /// The roles, no two of the same name.
        public var roles: [DelegatedRole]
        fileprivate var others: [JSONValue.Member] = []

        /// Delegations.
        public init(keys: [String: MetadataKey], roles: [DelegatedRole]) {
            self.keys = keys
            self.roles = roles
        }

        fileprivate init(_ node: Node) throws {
            var fields = try MetadataFields(node)
            keys = try MetadataKey.all(try fields.object("keys"))
            roles = try fields.list("roles").map { try DelegatedRole($0) }
            guard Set(roles.map(\.name)).count == roles.count else {
                throw MetadataFields.failure(node, "two delegated roles have the same name")
            }
            others = fields.rest
        }

        fileprivate var json: JSONValue {
            .object(
                [
                    JSONValue.Member("keys", .object(keys.mapValues(\.json))),
                    JSONValue.Member("roles", .array(roles.map(\.json))),
                ] + others)
        }
    }

    /// `targets`
    public static let kind = MetadataKind.targets
    /// Version and expiry.
    public var header: MetadataHeader
    /// The targets by path.
    public var targets: [String: TargetFile]
    /// The delegations; nil when there are none.
    public var delegations: Delegations?
    private var others: [JSONValue.Member] = []

    /// New targets metadata.
    public init(header: MetadataHeader, targets: [TargetFile], delegations: Delegations? = nil) {
        self.header = header
        self.targets = Dictionary(targets.map { ($0.path, $0) }) { _, last in last }
        self.delegations = delegations
    }

    /// Reads the `signed` part of a file.
    public init(_ signed: Node) throws {
        var fields = try MetadataFields(signed)
        header = try MetadataHeader(&fields, kind: Self.kind)
        targets = [:]
        for entry in try fields.object("targets") {
            targets[entry.key] = try TargetFile(path: entry.key, entry.value)
        }
        delegations = try fields.take("delegations").map { try Delegations($0) }
        others = fields.rest
    }

    /// The `signed` part for a file.
    public var json: JSONValue {
        var members = header.members(Self.kind)
        members.append(JSONValue.Member("targets", .object(targets.mapValues(\.json))))
        if let delegations { members.append(JSONValue.Member("delegations", delegations.json)) }
        return .object(members + others)
    }
}
