import Host
public import Updates

/// What the next version of a root file has other than the one before it.
public struct RootChange: Sendable {
    /// Keys that sign from then on.
    public var added: [StoredKey] = []
    /// Keys that do so no longer, each by the beginning of its name.
    public var removed: [String] = []
    /// How many keys of a role have to sign.
    public var thresholds: [KeyRole: Int] = [:]

    /// No change; then the next version is only valid for longer.
    public init() {}

    /// The first version: the keys that were added.
    ///
    /// - Parameter expires: when it expires
    /// - Throws: `.invalidInput` when a role has no key, or fewer than it needs
    public func first(expires: Expiry) throws -> RootFile {
        let roles = Dictionary(
            uniqueKeysWithValues: MetadataKind.allCases.map { ($0, RoleKeys(keyIDs: [], threshold: 1)) })
        let root = RootMetadata(header: MetadataHeader(version: 1, expires: expires), keys: [:], roles: roles)
        return try RootFile(apply(to: root))
    }

    /// The version after `file`, without signatures.
    ///
    /// - Throws: as `first`, and when a key that is taken out is not there
    public func next(after file: RootFile, expires: Expiry) throws -> RootFile {
        var root = file.root
        root.header = MetadataHeader(version: root.version + 1, expires: expires)
        return try RootFile(apply(to: root))
    }

    private func apply(to root: RootMetadata) throws -> RootMetadata {
        var root = root
        for prefix in removed {
            let ids = root.keys.keys.filter { !prefix.isEmpty && $0.hasPrefix(prefix) }
            guard let id = ids.first, ids.count == 1 else {
                throw Failure(
                    .invalidInput,
                    "\(ids.isEmpty ? "no key" : "more than one key") of the root file begins with \"\(prefix)\"",
                    hint: "\"nodewright keys root show\" names them")
            }
            for kind in root.roles.keys { root.roles[kind]?.keyIDs.removeAll { $0 == id } }
        }
        for key in added {
            guard let kind = MetadataKind(rawValue: key.role.description) else {
                throw Failure(
                    .invalidInput, "the \(key.title) is not one of the root file's",
                    hint: "give it to its channel: nodewright publish --delegate")
            }
            root.keys[key.id] = key.metadataKey
            if root.roles[kind]?.keyIDs.contains(key.id) == false { root.roles[kind]?.keyIDs.append(key.id) }
        }
        for (role, threshold) in thresholds {
            guard let kind = MetadataKind(rawValue: role.description) else {
                throw Failure(.invalidInput, "\(role) has no threshold in the root file")
            }
            root.roles[kind]?.threshold = threshold
        }
        let used = Set(root.roles.values.flatMap(\.keyIDs))
        root.keys = root.keys.filter { used.contains($0.key) }
        try Self.check(root)
        return root
    }

    private static func check(_ root: RootMetadata) throws {
        for kind in MetadataKind.allCases {
            guard let signers = root.roles[kind], !signers.keyIDs.isEmpty else {
                throw Failure(
                    .invalidInput, "there is no key for \(kind.rawValue)",
                    hint:
                        "nodewright keys generate \(kind.rawValue), or --key \(kind.rawValue)=FILE.pub of another one"
                )
            }
            guard (1...signers.keyIDs.count).contains(signers.threshold) else {
                throw Failure(
                    .invalidInput,
                    "\(kind.rawValue) cannot need \(signers.threshold) signatures: it has \(signers.keyIDs.count) keys",
                    hint: "make more keys, or lower the threshold")
            }
        }
    }
}
