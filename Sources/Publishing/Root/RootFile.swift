import Host
public import Updates

/// A root file of a repository: which keys sign for which role. Each version is signed by the root keys of the version before it
/// and by its own (TUF specification, section 6.1), so that whoever trusts one version comes to trust the next.
public struct RootFile: Sendable {
    /// No root file is longer, in bytes: what clients accept.
    public static let limit = 512_000
    /// How long a new root file is valid, in days.
    public static let defaultDays = 365

    /// The file with its signatures.
    public internal(set) var envelope: SignedEnvelope
    /// What is signed.
    public let root: RootMetadata

    /// Reads a file; the signatures are another question.
    public init(parsing bytes: [UInt8], name: String) throws {
        envelope = try SignedEnvelope(parsing: bytes, name: name, limit: Self.limit)
        root = try during(name) { [envelope] in try envelope.role(RootMetadata.self) }
        guard root.consistentSnapshot else {
            throw Failure(
                .invalidInput, "\(name) is of a repository without consistent snapshots, which cannot be published to",
                hint: "make a new one: nodewright keys root init")
        }
    }

    /// `init(parsing:name:)` for a file on the disk.
    public init(file path: String) throws {
        try self.init(parsing: File.read(path, limit: Self.limit), name: path)
    }

    init(_ root: RootMetadata) throws {
        self.root = root
        envelope = try SignedEnvelope(root, name: Self.name(version: root.version))
    }

    /// The name of a version in a repository: `3.root.json`.
    public static func name(version: Int) -> String { "\(version).root.json" }

    /// The bytes for a disk.
    public var bytes: [UInt8] { envelope.file() }

    /// Who signs for a role.
    public func signers(_ kind: MetadataKind) -> RoleKeys { root.roles[kind] ?? RoleKeys(keyIDs: []) }

    /// The key of a role that another one is to replace.
    ///
    /// - Parameter prefix: the beginning of its name; nil for the only one
    public func replaced(_ role: KeyRole, _ prefix: String?) throws -> String {
        let ids = MetadataKind(rawValue: role.description).map { signers($0).keyIDs } ?? []
        let found = ids.filter { prefix == nil || $0.hasPrefix(prefix ?? "") }
        guard let id = found.first, found.count == 1 else {
            let names = ids.map { $0.prefix(StoredKey.shortLength) }.joined(separator: ", ")
            throw Failure(
                .invalidInput, "it is not clear which key of \(role) goes: it has \(names)",
                hint: "name it with --replace")
        }
        return id
    }

    /// Signs with every key of the key ring that belongs to it, or that belonged to the version before it.
    ///
    /// - Returns: the names of the keys that have signed now
    @discardableResult
    public mutating func sign(_ ring: KeyRing, previous: RootFile?) throws -> [String] {
        var names = try ring.sign(&envelope, signers(.root), root.keys)
        if let previous { names += try ring.sign(&envelope, previous.signers(.root), previous.root.keys) }
        return Array(Set(names)).sorted()
    }

    /// What is left to be signed.
    public struct Gap: Sendable, Hashable {
        /// The version whose root keys have to sign.
        public let version: Int
        /// How many of them still have to.
        public let count: Int
        /// The names of those that have not.
        public let keyIDs: [String]

        /// `2 of the root keys of version 1: 1a2b3c4d, 5e6f7a8b`
        public var description: String {
            let names = keyIDs.map { $0.prefix(8) }.joined(separator: ", ")
            return "\(count) of the root keys of version \(version): \(names)"
        }
    }

    /// What is left to be signed until clients of the version before it, and new ones, accept it; empty when it is complete.
    public func gaps(previous: RootFile?) -> [Gap] {
        [previous, self].compactMap { $0 }.compactMap { file in
            let signers = file.signers(.root)
            let signed = envelope.validSigners(of: signers, keys: file.root.keys)
            guard signed.count < signers.threshold else { return nil }
            return Gap(
                version: file.root.version, count: signers.threshold - signed.count,
                keyIDs: signers.keyIDs.filter { !signed.contains($0) })
        }
    }

    /// Throws unless it is complete and follows the version before it.
    ///
    /// - Throws: `.signature` when a signature is missing, `.versionPolicy` when it is another version than the next
    public func requireComplete(previous: RootFile?) throws {
        if let previous, root.version != previous.root.version + 1 {
            throw Failure(
                .versionPolicy,
                "\(envelope.name) has version \(root.version), but only \(previous.root.version + 1) can follow",
                hint: "publish the versions between them first, or begin from the newest one")
        }
        if let gap = gaps(previous: previous).first {
            throw Failure(
                .signature, "\(envelope.name) still has to be signed by \(gap.description)",
                hint: "whoever has one of them runs: nodewright keys root sign \(envelope.name)")
        }
    }

    /// Throws when it has expired.
    public func requireValid(at time: Int) throws {
        if root.expires.isPast(at: time) {
            throw Failure(
                .signature, "version \(root.version) of the root file has expired on \(root.expires)",
                hint: "nodewright keys root renew makes the next one, which publish --root puts into the repository")
        }
    }
}
