import Document
import Host
import Transfer

/// A role to which targets metadata delegates some paths (specification, section 4.5: `DELEGATIONS`).
public struct DelegatedRole: Hashable, Sendable {
    /// Which paths it may speak about.
    public enum Scope: Hashable, Sendable {
        /// Those that match one of these patterns.
        case paths([PathPattern])
        /// Those whose SHA-256 begins with one of these hexadecimal digits.
        case hashPrefixes([String])
    }

    /// Its name; that of its file has `.json` behind it.
    public let name: String
    /// Who signs for it.
    public var signers: RoleKeys
    /// Which paths it may speak about.
    public var scope: Scope
    /// Whether no role after it is asked for its paths.
    public var isTerminating: Bool
    private var others: [JSONValue.Member] = []

    /// A role.
    public init(name: String, signers: RoleKeys, scope: Scope, isTerminating: Bool = false) {
        self.name = name
        self.signers = signers
        self.scope = scope
        self.isTerminating = isTerminating
    }

    init(_ node: Node) throws {
        var fields = try MetadataFields(node)
        name = try fields.string("name")
        guard !name.isEmpty, MetadataKind(rawValue: name) == nil else {
            throw MetadataFields.failure(node, "a delegated role cannot be named \"\(name)\"")
        }
        signers = try RoleKeys(&fields)
        guard let terminating = try fields.optionalBool("terminating") else {
            throw MetadataFields.failure(node, "\"terminating\" is missing")
        }
        isTerminating = terminating
        let hasPaths = node["paths"] != nil
        guard hasPaths != (node["path_hash_prefixes"] != nil) else {
            throw MetadataFields.failure(node, "a delegation has either \"paths\" or \"path_hash_prefixes\"")
        }
        scope =
            hasPaths
            ? .paths(try fields.strings("paths").map { PathPattern($0) })
            : .hashPrefixes(try fields.strings("path_hash_prefixes"))
        others = fields.rest
    }

    /// The object for a file.
    var json: JSONValue {
        let scopeMember =
            switch scope {
            case .paths(let patterns): JSONValue.Member("paths", .strings(patterns.map(\.text)))
            case .hashPrefixes(let prefixes): JSONValue.Member("path_hash_prefixes", .strings(prefixes))
            }
        return .object(
            [JSONValue.Member("name", .string(name))] + signers.members + [
                JSONValue.Member("terminating", .bool(isTerminating)), scopeMember,
            ] + others)
    }

    /// Whether the role may speak about a target.
    public func covers(_ path: String) -> Bool {
        switch scope {
        case .paths(let patterns): return patterns.contains { $0.matches(path) }
        case .hashPrefixes(let prefixes):
            let hash = Array(Checksum.of(Array(path.utf8)).hex.utf8)
            return prefixes.contains { hash.starts(with: $0.utf8) }
        }
    }
}
