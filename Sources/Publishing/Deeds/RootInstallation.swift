import Document
import Host
import Updates

/// Puts a root file into a repository: its first one, which begins the repository, or the next, which replaces keys.
public struct RootInstallation {
    private let storage: any RepositoryStorage
    private let ring: KeyRing
    private let validity: Validity
    private let now: Int

    /// - Parameter now: seconds since 1970
    public init(_ storage: any RepositoryStorage, _ ring: KeyRing, validity: Validity = Validity(), now: Int) {
        self.storage = storage
        self.ring = ring
        self.validity = validity
        self.now = now
    }

    /// Installs a root file, once it is complete and everything that its keys have to sign can be signed here.
    ///
    /// - Throws: `.nothingToDo` when it is there already, `.signature` when it is not complete
    public func install(_ next: RootFile) throws -> PublishResult {
        try next.requireValid(at: now)
        guard try storage.read("metadata/" + RootFile.name(version: 1), limit: RootFile.limit) != nil else {
            return try begin(next)
        }
        let update = try RepositoryUpdate(storage, ring, validity: validity, now: now, isRootReplaced: true)
        let current = update.state.root
        guard next.envelope.signedBytes != current.envelope.signedBytes else {
            // An installation that was interrupted before the rest was signed ends now.
            if update.state.outdated.isEmpty, update.state.timestamp != nil {
                throw Failure(
                    .nothingToDo, "version \(next.root.version) of the root file is in the repository already")
            }
            try update.commit()
            return result(next)
        }
        try next.requireComplete(previous: current)
        try replace(update, current, next)
        return result(next)
    }

    private func begin(_ root: RootFile) throws -> PublishResult {
        guard root.root.version == 1 else {
            throw Failure(
                .versionPolicy, "a repository begins with version 1 of its root file, not \(root.root.version)",
                hint: "publish all versions, one after the other")
        }
        try root.requireComplete(previous: nil)
        try requireKeys(MetadataKind.allCases.filter { $0 != .root }, of: root)
        try storage.add("metadata/" + RootFile.name(version: 1), root.bytes)
        try RepositoryUpdate(storage, ring, validity: validity, now: now).commit()
        return result(root)
    }

    private func replace(_ update: RepositoryUpdate, _ current: RootFile, _ next: RootFile) throws {
        let path = "metadata/" + RootFile.name(version: next.root.version)
        let changed: [MetadataKind] = [.targets, .snapshot, .timestamp].filter {
            current.signers($0) != next.signers($0)
        }
        guard !changed.isEmpty || update.state.timestamp == nil else { return try storage.publish(path, next.bytes) }
        try requireKeys(
            changed.contains(.targets) ? [.targets, .snapshot, .timestamp] : [.snapshot, .timestamp], of: next)
        // Signed by the old keys and the new ones, the metadata is right for readers of either root file, so there is no
        // moment at which the repository cannot be used.
        let both: [MetadataKind] =
            changed.contains(.targets) ? [.targets, .snapshot, .timestamp] : [.snapshot, .timestamp]
        if both.allSatisfy({ ring.has(current.signers($0), current.root.keys) }), !current.root.expires.isPast(at: now)
        {
            if changed.contains(.targets) { update.change("targets") { _ in } }
            try update.commit(alsoSignedBy: next)
            try storage.publish(path, next.bytes)
        } else {
            // A key is lost: readers see an error until the rest is signed, a moment later.
            try storage.publish(path, next.bytes)
            try RepositoryUpdate(storage, ring, validity: validity, now: now).commit()
        }
    }

    private func requireKeys(_ kinds: [MetadataKind], of root: RootFile) throws {
        for kind in kinds { try ring.require(root.signers(kind), root.root.keys, title: kind.rawValue) }
    }

    private func result(_ root: RootFile) -> PublishResult {
        PublishResult(
            ["root file \(root.root.version) is in force, valid until \(root.root.expires)"],
            [.init("root", .integer(root.root.version)), .init("expires", .string(root.root.expires.description))])
    }
}
