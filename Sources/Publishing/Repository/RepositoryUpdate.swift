import Document
import Host
import Transfer
import Updates

/// A change of a repository: begun from its verified state, invisible to readers until `commit`.
///
/// Each state of the files in between is a valid repository, and what an interrupted change has left is used or replaced by
/// the next one.
public final class RepositoryUpdate {
    var storage: any RepositoryStorage { state.storage }
    let ring: KeyRing
    private(set) var state: RepositoryState
    private let validity: Validity
    private let now: Int
    /// Targets metadata that has to be signed again.
    private var changed: Set<String> = []

    /// Reads and verifies a repository.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970
    ///   - isRootReplaced: whether the root file may have expired, because the next one is about to come
    public init(
        _ storage: any RepositoryStorage, _ ring: KeyRing, validity: Validity = Validity(), now: Int,
        isRootReplaced: Bool = false
    ) throws {
        self.ring = ring
        self.validity = validity
        self.now = now
        state = try RepositoryState(storage)
        if !isRootReplaced { try state.root.requireValid(at: now) }
        // A repository that has nothing but its root file.
        if state.targets["targets"] == nil { change("targets") { _ in } }
        changed.formUnion(state.outdated.filter { state.targets[$0] != nil })
    }

    /// What is right now, but will not be for long.
    public var warnings: [String] {
        let left = state.root.root.expires.seconds - now
        guard left < 30 * 86_400 else { return [] }
        return [
            "the root file expires on \(state.root.root.expires): make the next one with \"nodewright keys root renew\""
        ]
    }

    /// Changes targets metadata; a role without any gets it.
    func change(_ role: String, _ body: (inout TargetsMetadata) -> Void) {
        var metadata =
            state.targets[role]
            ?? TargetsMetadata(
                header: MetadataHeader(version: 0, expires: validity.expiry(.targets, from: now)), targets: [])
        body(&metadata)
        state.targets[role] = metadata
        changed.insert(role)
    }

    /// Opens the keys of the roles that have to sign, before anything is written.
    func requireKeys(_ roles: [String]) throws {
        for role in Set(roles).union(changed).union(["snapshot", "timestamp"]).sorted() {
            guard let signers = state.signers(role) else { continue }
            try ring.require(signers.roles, signers.keys, title: role)
        }
    }

    /// Adds a small target.
    func add(_ path: String, _ content: [UInt8], role: String) throws {
        let sha256 = Checksum.of(content)
        try storage.add(RepositoryState.place(path, sha256), content)
        try put(path, content.count, sha256, role)
    }

    /// Adds a target from the disk.
    func add(_ path: String, from file: String, size: Int, sha256: Checksum, role: String) throws {
        try storage.add(RepositoryState.place(path, sha256), from: file, size: size, sha256: sha256)
        try put(path, size, sha256, role)
    }

    /// Adds a target that is here under another path.
    func add(_ path: String, like target: TargetFile, role: String) throws {
        let sha256 = try RepositoryState.sha256(target)
        try storage.link(
            RepositoryState.place(target.path, sha256), as: RepositoryState.place(path, sha256), size: target.length,
            sha256: sha256)
        try put(path, target.length, sha256, role)
    }

    private func put(_ path: String, _ size: Int, _ sha256: Checksum, _ role: String) throws {
        guard let hashes = FileHashes([sha256]) else { throw Failure(.internalError, "\(path) has no hash") }
        change(role) { $0.targets[path] = TargetFile(path: path, length: size, hashes: hashes) }
    }

    /// Replaces a list; the old one is no target any more.
    func put(_ list: ChannelList) throws { try add(list.path, list.bytes, role: state.role(of: list.channel)) }

    // MARK: signing

    /// Signs what has changed and shows it to readers: targets metadata first, then snapshot, last timestamp.
    public func commit() throws { try commit(alsoSignedBy: nil) }

    /// - Parameter next: a root file that will be the newest; its keys sign, too, as far as they are here
    func commit(alsoSignedBy next: RootFile?) throws {
        try requireKeys([])
        var files = state.snapshot?.files ?? [:]
        for role in changed.sorted() {
            guard var metadata = state.targets[role] else { continue }
            metadata.header = MetadataHeader(
                version: metadata.version + 1, expires: validity.expiry(.targets, from: now))
            files[role + ".json"] = try add(metadata, role, next)
            state.targets[role] = metadata
        }
        let snapshot = SnapshotMetadata(
            header: MetadataHeader(
                version: (state.snapshot?.version ?? 0) + 1, expires: validity.expiry(.snapshot, from: now)),
            files: files)
        let file = try add(snapshot, "snapshot", next)
        state.snapshot = snapshot
        changed = []
        state.outdated = []
        try publishTimestamp(file, next)
    }

    /// Signs anew what is due: the timestamp always, the others when less than half of their time is left and their keys are here.
    ///
    /// - Parameter progress: is warned of the roles that are due and whose keys are not here
    public func refresh(progress: ProgressSink = silent) throws -> PublishResult {
        for role in try renew() {
            progress(.warning("\(role) has to be signed anew soon, and its key is not here"))
        }
        let expires = state.timestamp?.expires.description ?? ""
        return PublishResult(
            ["the timestamp of \(storage.name) is valid until \(expires)"],
            [
                .init("timestamp", .optional(state.timestamp?.version)),
                .init("snapshot", .optional(state.snapshot?.version)),
                .init("expires", .string(expires)),
            ])
    }

    /// - Returns: the roles that are due and whose keys are not here
    private func renew() throws -> [String] {
        var missing: [String] = []
        for (role, metadata) in state.targets where validity.isDue(metadata.expires, .targets, now: now) {
            guard let signers = state.signers(role), ring.has(signers.roles, signers.keys) else {
                missing.append(role)
                continue
            }
            changed.insert(role)
        }
        let isDue = state.snapshot.map { validity.isDue($0.expires, .snapshot, now: now) } ?? true
        if changed.isEmpty, state.outdated.isEmpty, let file = state.timestamp?.snapshot, state.snapshot != nil {
            let signers = state.signers("snapshot")
            if !isDue {
                try publishTimestamp(file, nil)
            } else if let signers, ring.has(signers.roles, signers.keys) {
                try commit()
            } else {
                missing.append("snapshot")
                try publishTimestamp(file, nil)
            }
        } else {
            try commit()
        }
        return missing.sorted()
    }

    /// Shows readers the same state again, after files that it does not lead to were removed.
    func publishAgain() throws {
        let path = "metadata/timestamp.json"
        if let bytes = try storage.read(path, limit: RepositoryState.limit) { try storage.publish(path, bytes) }
    }

    private func publishTimestamp(_ file: MetadataFile, _ next: RootFile?) throws {
        let timestamp = TimestampMetadata(
            header: MetadataHeader(
                version: (state.timestamp?.version ?? 0) + 1, expires: validity.expiry(.timestamp, from: now)),
            snapshot: file)
        let envelope = try signed(timestamp, "timestamp", next)
        try storage.publish("metadata/timestamp.json", envelope.file())
        state.timestamp = timestamp
    }

    private func add(_ metadata: some RoleMetadata, _ role: String, _ next: RootFile?) throws -> MetadataFile {
        let bytes = try signed(metadata, role, next).file()
        guard bytes.count <= RepositoryState.limit else {
            throw Failure(
                .invalidInput, "\(role).json would be larger than \(RepositoryState.limit) bytes",
                hint: "withdraw old releases, and run: nodewright publish --prune")
        }
        try storage.add("metadata/\(metadata.version).\(role).json", bytes)
        return MetadataFile(version: metadata.version, length: bytes.count, hashes: FileHashes([Checksum.of(bytes)]))
    }

    private func signed(_ metadata: some RoleMetadata, _ role: String, _ next: RootFile?) throws -> SignedEnvelope {
        var envelope = try SignedEnvelope(metadata, name: role + ".json")
        guard let signers = state.signers(role) else {
            throw Failure(.internalError, "nobody signs for \(role)")
        }
        try ring.require(signers.roles, signers.keys, title: role)
        try ring.sign(&envelope, signers.roles, signers.keys)
        if let next, let kind = MetadataKind(rawValue: role) {
            try ring.sign(&envelope, next.signers(kind), next.root.keys)
        }
        return envelope
    }
}
