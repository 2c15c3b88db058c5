import Document
import Host

/// The metadata that is trusted, step by step through one update (specification, section 5).
///
/// Pure: bytes go in, and become trusted or are refused with a `Failure`; no disk, no network, no clock. What is refused
/// changes nothing. Each file must be given after the ones that vouch for it: root, timestamp, snapshot, targets.
public struct TrustedMetadata: Sendable {
    /// When the update began, in seconds since 1970; all expiry is judged by it (5.1).
    public let startTime: Int
    /// The trusted root.
    public private(set) var root: RootMetadata
    /// The trusted timestamp.
    public private(set) var timestamp: TimestampMetadata?
    /// The trusted snapshot.
    public private(set) var snapshot: SnapshotMetadata?
    private var targetsRoles: [String: TargetsMetadata] = [:]

    /// Begins with the root that came with the system, or that an earlier update has stored (5.2). It may have expired.
    ///
    /// - Throws: `.signature` when it is malformed or not signed by its own keys
    public init(root bytes: [UInt8], startTime: Int) throws {
        self.startTime = startTime
        let envelope = try Self.envelope(bytes, "root.json")
        root = try Self.role(envelope)
        try Self.verify(envelope, by: root.roles[.root], keys: root.keys, of: "root.json itself")
    }

    /// The targets metadata of a role that was loaded.
    public func targets(of role: String) -> TargetsMetadata? { targetsRoles[role] }

    // MARK: Root (5.3)

    /// Accepts the next root: signed by the keys of the trusted one and by its own, its version one higher (5.3.4, 5.3.5).
    public mutating func updateRoot(_ bytes: [UInt8]) throws {
        guard timestamp == nil else { throw Failure(.internalError, "the root must be loaded before the timestamp") }
        let name = root.version < Int.max ? "\(root.version + 1).root.json" : "root.json"
        let envelope = try Self.envelope(bytes, name)
        let new: RootMetadata = try Self.role(envelope)
        try Self.verify(envelope, by: root.roles[.root], keys: root.keys, of: "the trusted root")
        try Self.verify(envelope, by: new.roles[.root], keys: new.keys, of: "the new root")
        guard new.version - 1 == root.version else {
            throw MetadataRefusal.rootVersion(name, expected: root.version + 1, found: new.version)
        }
        root = new
    }

    /// Refuses a last root that has expired (5.3.10); the ones on the way to it may have.
    public func checkRoot() throws { try check(root, "root.json") }

    /// Whether a key that signed timestamps or snapshots for `old` does so no more; then what it has signed is to be
    /// forgotten, so that a repository recovers from versions that an attacker has raised (5.3.11).
    public func hasRotatedKeys(since old: RootMetadata) -> Bool {
        [MetadataKind.timestamp, .snapshot].contains { kind in
            // By what the keys are, not by their names; both keys of unknown types and names without a key never sign anything.
            func values(_ root: RootMetadata) -> Set<String> {
                Set((root.roles[kind]?.keyIDs ?? []).compactMap { root.keys[$0]?.publicValue })
            }
            return !values(old).isSubset(of: values(root))
        }
    }

    // MARK: Timestamp (5.4)

    /// Takes the timestamp of an earlier update, to compare new ones with; it may have expired.
    public mutating func restoreTimestamp(_ bytes: [UInt8]) throws {
        timestamp = try verified(bytes, "timestamp.json", .timestamp)
    }

    /// Accepts a timestamp that is newer than the trusted one (5.4.2 to 5.4.4).
    ///
    /// - Returns: false when it has the version of the trusted one, which then stays
    public mutating func updateTimestamp(_ bytes: [UInt8]) throws -> Bool {
        try checkRoot()
        let new: TimestampMetadata = try verified(bytes, "timestamp.json", .timestamp)
        if let old = timestamp {
            guard new.version >= old.version else {
                throw MetadataRefusal.rollback("itself", from: old.version, to: new.version, in: "timestamp.json")
            }
            if new.version == old.version {
                try check(old, "timestamp.json")
                return false
            }
            guard new.snapshot.version >= old.snapshot.version else {
                throw MetadataRefusal.rollback(
                    "snapshot.json", from: old.snapshot.version, to: new.snapshot.version, in: "timestamp.json")
            }
        }
        try check(new, "timestamp.json")
        timestamp = new
        return true
    }

    // MARK: Snapshot (5.5)

    /// Takes the snapshot of an earlier update, to compare new ones with; it may be older than the timestamp says.
    ///
    /// - Returns: whether it is the very one that the timestamp names, so that none need be fetched
    public mutating func restoreSnapshot(_ bytes: [UInt8]) throws -> Bool {
        guard let timestamp else { throw MetadataRefusal.outOfOrder("timestamp.json") }
        let old: SnapshotMetadata = try verified(bytes, "snapshot.json", .snapshot)
        snapshot = old
        return old.version == timestamp.snapshot.version && !old.expires.isPast(at: startTime)
            && timestamp.snapshot.difference(bytes) == nil
    }

    /// Accepts the snapshot that the timestamp names (5.5.2 to 5.5.6).
    public mutating func updateSnapshot(_ bytes: [UInt8]) throws {
        guard let timestamp else { throw MetadataRefusal.outOfOrder("timestamp.json") }
        if let difference = timestamp.snapshot.difference(bytes) {
            throw MetadataRefusal.mixAndMatch("snapshot.json", namedBy: "timestamp.json", difference)
        }
        let new: SnapshotMetadata = try verified(bytes, "snapshot.json", .snapshot)
        guard new.version == timestamp.snapshot.version else {
            throw MetadataRefusal.mixAndMatch(
                "snapshot.json", namedBy: "timestamp.json",
                "it has version \(new.version) instead of \(timestamp.snapshot.version)")
        }
        for (name, old) in (snapshot?.files ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let file = new.files[name] else { throw MetadataRefusal.removal(of: name) }
            guard file.version >= old.version else {
                throw MetadataRefusal.rollback(name, from: old.version, to: file.version, in: "snapshot.json")
            }
        }
        try check(new, "snapshot.json")
        snapshot = new
    }

    // MARK: Targets (5.6)

    /// Accepts the targets metadata of a role that the snapshot names, signed by the keys to which it is delegated
    /// (5.6.2 to 5.6.5).
    ///
    /// - Parameter delegator: the role whose delegation leads here, which was accepted before; nil for the top, `targets`
    @discardableResult
    public mutating func updateTargets(
        _ role: String, delegatedBy delegator: String? = nil, _ bytes: [UInt8]
    ) throws -> TargetsMetadata {
        let name = "\(role).json"
        let named = try file(of: role)
        if let difference = named.difference(bytes) {
            throw MetadataRefusal.mixAndMatch(name, namedBy: "snapshot.json", difference)
        }
        let envelope = try Self.envelope(bytes, name)
        let new: TargetsMetadata = try Self.role(envelope)
        if let delegator {
            let delegations = targetsRoles[delegator]?.delegations
            let signers = delegations?.roles.first { $0.name == role }?.signers
            try Self.verify(envelope, by: signers, keys: delegations?.keys ?? [:], of: "the role \(delegator)")
        } else {
            try Self.verify(envelope, by: root.roles[.targets], keys: root.keys, of: "the trusted root")
        }
        guard new.version == named.version else {
            throw MetadataRefusal.mixAndMatch(
                name, namedBy: "snapshot.json", "it has version \(new.version) instead of \(named.version)")
        }
        try check(new, name)
        targetsRoles[role] = new
        return new
    }

    /// What the snapshot says about the file of a role.
    ///
    /// - Throws: `.signature` when it does not know the role
    public func file(of role: String) throws -> MetadataFile {
        guard let snapshot else { throw MetadataRefusal.outOfOrder("snapshot.json") }
        guard let file = snapshot.files["\(role).json"] else {
            throw Failure(
                .signature, "snapshot.json does not list the role \"\(role)\", to which targets are delegated",
                hint: "the publisher has to repair the repository")
        }
        return file
    }

    // MARK: What all have in common

    private func verified<Role: RoleMetadata>(_ bytes: [UInt8], _ name: String, _ kind: MetadataKind) throws -> Role {
        let envelope = try Self.envelope(bytes, name)
        let role: Role = try Self.role(envelope)
        try Self.verify(envelope, by: root.roles[kind], keys: root.keys, of: "the trusted root")
        return role
    }

    private func check(_ role: some RoleMetadata, _ name: String) throws {
        if role.expires.isPast(at: startTime) {
            throw MetadataRefusal.freeze(name, expired: role.expires, now: startTime)
        }
    }

    private static func envelope(_ bytes: [UInt8], _ name: String) throws -> SignedEnvelope {
        do {
            return try SignedEnvelope(parsing: bytes, name: name, limit: MetadataLimits.ceiling)
        } catch let failure as Failure { throw MetadataRefusal.malformed(failure) }
    }

    private static func role<Role: RoleMetadata>(_ envelope: SignedEnvelope) throws -> Role {
        do { return try envelope.role() } catch let failure as Failure { throw MetadataRefusal.malformed(failure) }
    }

    private static func verify(
        _ envelope: SignedEnvelope, by role: RoleKeys?, keys: [String: MetadataKey], of signers: String
    ) throws {
        let valid = role.map { envelope.validSigners(of: $0, keys: keys).count } ?? 0
        let needed = role?.threshold ?? 1
        guard valid >= needed else {
            throw MetadataRefusal.threshold(envelope.name, valid: valid, needed: needed, signers: signers)
        }
    }
}
