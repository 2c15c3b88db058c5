import Host
import Transfer
import Updates

/// What a repository says at present: its newest root file, and the metadata that the timestamp leads to, all verified.
///
/// Files of a run that was interrupted are not a part of it, because no timestamp leads to them.
struct RepositoryState {
    /// Where its files are.
    let storage: any RepositoryStorage
    /// The newest root file.
    var root: RootFile
    /// The one before it.
    var previousRoot: RootFile?
    /// Nil in a repository that has nothing but root files.
    var timestamp: TimestampMetadata?
    var snapshot: SnapshotMetadata?
    /// Targets metadata by role: `targets`, `channel-testing`.
    var targets: [String: TargetsMetadata] = [:]
    /// Roles whose metadata has only signatures by keys of the root file before: the installation of the newest was interrupted.
    var outdated: Set<String> = []

    /// No file of metadata is larger, in bytes: what common clients accept (python-tuf's `UpdaterConfig`).
    static let limit = 5_000_000
    /// No repository has more root files.
    private static let mostRoots = 10_000

    /// Reads a repository.
    ///
    /// - Throws: `.signature` when something in it is not what its metadata says, `.invalidInput` when there is none
    init(_ storage: any RepositoryStorage) throws {
        var roots: [RootFile] = []
        while roots.count < Self.mostRoots {
            let name = RootFile.name(version: roots.count + 1)
            guard let bytes = try storage.read("metadata/" + name, limit: RootFile.limit) else { break }
            roots.append(try RootFile(parsing: bytes, name: name))
        }
        guard let newest = roots.last else {
            throw Failure(
                .invalidInput, "the repository \"\(storage.name)\" has no root file",
                hint: "begin it with one: nodewright publish --repository … --root 1.root.json")
        }
        self.storage = storage
        root = newest
        previousRoot = roots.dropLast().last
        guard let bytes = try storage.read("metadata/timestamp.json", limit: Self.limit) else { return }
        let timestamp: TimestampMetadata = try verified(bytes, name: "timestamp.json")
        let snapshot: SnapshotMetadata = try verified(
            try Self.file("snapshot", timestamp.snapshot, storage), name: "snapshot.json")
        self.timestamp = timestamp
        self.snapshot = snapshot
        // Who signs for a channel stands in the first of them.
        let files = snapshot.files.sorted { $0.key < $1.key }
        for (name, file) in files.filter({ $0.key == "targets.json" }) + files.filter({ $0.key != "targets.json" }) {
            let role = String(name.dropLast(".json".count))
            targets[role] = try verified(try Self.file(role, file, storage), name: name)
        }
    }

    /// Who signs for a role, and the keys; nil for a role that nobody knows.
    func signers(_ role: String) -> (roles: RoleKeys, keys: [String: MetadataKey])? {
        if let kind = MetadataKind(rawValue: role) { return (root.signers(kind), root.root.keys) }
        guard let delegations = targets["targets"]?.delegations,
            let delegated = delegations.roles.first(where: { $0.name == role })
        else { return nil }
        return (delegated.signers, delegations.keys)
    }

    /// The channels that have a role of their own.
    var delegatedChannels: [String] {
        (targets["targets"]?.delegations?.roles ?? []).compactMap {
            if case .channel(let name)? = KeyRole($0.name) { name } else { nil }
        }
    }

    /// The bytes of a file of metadata, once they are what the file that names them says.
    private static func file(_ role: String, _ file: MetadataFile, _ storage: any RepositoryStorage) throws -> [UInt8] {
        let path = "metadata/\(file.version).\(role).json"
        guard let bytes = try storage.read(path, limit: limit) else {
            throw damaged(path, "is missing", storage.name)
        }
        let isRight = (file.length ?? bytes.count) == bytes.count && file.hashes?.mismatch(bytes) == nil
        guard isRight else { throw damaged(path, "has another content than it was published with", storage.name) }
        return bytes
    }

    static func damaged(_ path: String, _ what: String, _ repository: String) -> Failure {
        Failure(
            .signature, "\"\(path)\" in the repository \"\(repository)\" \(what)",
            hint: "restore the repository from a copy; nothing was changed")
    }

    private mutating func verified<Role: RoleMetadata>(_ bytes: [UInt8], name: String) throws -> Role {
        let envelope = try SignedEnvelope(parsing: bytes, name: name, limit: Self.limit)
        let role = String(name.dropLast(".json".count))
        if let signers = signers(role), Self.isSigned(envelope, signers.roles, signers.keys) {
            return try during(name) { try envelope.role() }
        }
        if let previousRoot, let kind = MetadataKind(rawValue: role),
            Self.isSigned(envelope, previousRoot.signers(kind), previousRoot.root.keys)
        {
            outdated.insert(role)
            return try during(name) { try envelope.role() }
        }
        throw Failure(
            .signature, "\(name) of the repository is not signed by the keys of its role",
            hint: "somebody else may have changed it: restore the repository from a copy")
    }

    private static func isSigned(_ envelope: SignedEnvelope, _ signers: RoleKeys, _ keys: [String: MetadataKey]) -> Bool
    {
        !signers.keyIDs.isEmpty && envelope.validSigners(of: signers, keys: keys).count >= signers.threshold
    }
}
