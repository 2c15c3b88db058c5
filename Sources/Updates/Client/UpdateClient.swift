import Document
import Host

/// A client of a TUF repository: the whole workflow of the specification's section 5, in its order.
///
/// What is trusted is kept in a folder; a failed update leaves there what was accepted until then, from which the next one goes on.
public final class UpdateClient {
    /// Where what is trusted is kept.
    public let folder: MetadataFolder
    private let metadata: any MetadataSource
    let targets: (any TargetSource)?
    private let limits: MetadataLimits
    private let startTime: Int
    private var trusted: TrustedMetadata?

    /// A client.
    ///
    /// - Parameters:
    ///   - targets: where targets are downloaded from; nil when that is not wanted
    ///   - startTime: when the update begins, in seconds since 1970; it judges all expiry
    public init(
        folder: MetadataFolder, metadata: any MetadataSource, targets: (any TargetSource)? = nil,
        limits: MetadataLimits = MetadataLimits(), startTime: Int = wallClockSeconds()
    ) {
        self.folder = folder
        self.metadata = metadata
        self.targets = targets
        self.limits = limits
        self.startTime = startTime
    }

    /// Begins to trust a root, in a folder where nothing need be yet. The root may have expired; an update finds the newer ones.
    ///
    /// - Returns: the root
    /// - Throws: `.signature` when it is malformed or not signed by its own keys
    @discardableResult
    public static func begin(with root: [UInt8], in folder: MetadataFolder) throws -> RootMetadata {
        let trusted = try TrustedMetadata(root: root, startTime: wallClockSeconds())
        try folder.store("root", root)
        return trusted.root
    }

    /// Brings the metadata of the four top roles up to date (5.1 to 5.6), or does nothing when this client has done that.
    ///
    /// - Returns: what is trusted now
    /// - Throws: `.network`, `.signature` with a message of its own for each attack, `.device` when it cannot be stored
    @discardableResult
    public func refresh() throws -> TrustedMetadata {
        if let trusted { return trusted }
        var new = try TrustedMetadata(root: try folder.root(limit: limits.root), startTime: startTime)
        try updateRoot(&new)
        try updateTimestamp(&new)
        try updateSnapshot(&new)
        try updateTargets("targets", delegatedBy: nil, &new)
        trusted = new
        return new
    }

    /// The target of a path, from the first role that speaks about it: depth first, in the order of the delegations (5.6.7).
    ///
    /// - Returns: nil when no role that may speak about it does
    /// - Throws: as `refresh`; a delegated role that cannot be verified ends the search
    public func findTarget(_ path: String) throws -> TargetFile? {
        var trusted = try refresh()
        defer { self.trusted = trusted }
        var pending: [(role: String, delegator: String?)] = [("targets", nil)]
        var visited: Set<String> = []
        while let next = pending.popLast() {
            guard !visited.contains(next.role) else { continue }
            // The top role is not delegated, so it does not count.
            guard visited.count <= limits.delegations else {
                throw Failure(
                    .signature,
                    "more than \(limits.delegations) delegated roles would have to be asked for \"\(path)\"",
                    hint: "the publisher has to simplify the delegations")
            }
            let role = try updateTargets(next.role, delegatedBy: next.delegator, &trusted)
            if let target = role.targets[path] { return target }
            visited.insert(next.role)
            var children: [(role: String, delegator: String?)] = []
            for child in role.delegations?.roles ?? [] where child.covers(path) {
                children.append((child.name, next.role))
                if child.isTerminating {
                    pending = []
                    break
                }
            }
            pending += children.reversed()
        }
        return nil
    }

    // MARK: The steps

    private func updateRoot(_ new: inout TrustedMetadata) throws {
        for _ in 0..<limits.rootRotations {
            let old = new.root
            guard old.version < Int.max,
                let bytes = try metadata.metadata("\(old.version + 1).root.json", limit: limits.root)
            else { break }
            try new.updateRoot(bytes)
            try folder.store("root", bytes)
            // At once, because nothing tells a later run that the keys were others. One that is cut off between the two finds
            // files that its root's keys have not signed.
            if new.hasRotatedKeys(since: old) {
                try folder.remove("timestamp")
                try folder.remove("snapshot")
            }
        }
        try new.checkRoot()
    }

    private func updateTimestamp(_ new: inout TrustedMetadata) throws {
        // What is stored and damaged, or signed by keys of the past, is as if it were not there.
        if let stored = folder.stored("timestamp", limit: limits.timestamp) { try? new.restoreTimestamp(stored) }
        let bytes = try fetch("timestamp.json", limit: limits.timestamp)
        if try new.updateTimestamp(bytes) { try folder.store("timestamp", bytes) }
    }

    private func updateSnapshot(_ new: inout TrustedMetadata) throws {
        guard let file = new.timestamp?.snapshot else { return }
        let limit = limit(file, limits.snapshot)
        if let stored = folder.stored("snapshot", limit: MetadataLimits.ceiling),
            (try? new.restoreSnapshot(stored)) ?? false
        {
            return
        }
        let bytes = try fetch(name("snapshot", file, new.root), limit: limit)
        try new.updateSnapshot(bytes)
        try folder.store("snapshot", bytes)
    }

    @discardableResult
    private func updateTargets(
        _ role: String, delegatedBy delegator: String?, _ new: inout TrustedMetadata
    ) throws -> TargetsMetadata {
        let file = try new.file(of: role)
        let limit = limit(file, limits.targets)
        if let stored = folder.stored(role, limit: limit),
            let known = try? new.updateTargets(role, delegatedBy: delegator, stored)
        {
            return known
        }
        let bytes = try fetch(name(role, file, new.root), limit: limit)
        let accepted = try new.updateTargets(role, delegatedBy: delegator, bytes)
        try folder.store(role, bytes)
        return accepted
    }

    private func limit(_ file: MetadataFile, _ usual: Int) -> Int { min(file.length ?? usual, MetadataLimits.ceiling) }

    private func name(_ role: String, _ file: MetadataFile, _ root: RootMetadata) -> String {
        let name = PercentEncoding.component(role) + ".json"
        return root.consistentSnapshot ? "\(file.version).\(name)" : name
    }

    private func fetch(_ name: String, limit: Int) throws -> [UInt8] {
        guard let bytes = try metadata.metadata(name, limit: limit) else {
            throw Failure(
                .network, "the repository has no \(name)",
                hint: "check the address of the metadata; a mirror may be incomplete")
        }
        return bytes
    }
}
