import Document
import Host
import Updates

/// Gives a channel a role of its own, so that whoever publishes to it needs no key that reaches other channels; or replaces the
/// keys of that role.
public struct ChannelDelegation {
    /// The channel.
    public var channel: String
    /// Who signs for it.
    public var keys: [StoredKey]
    /// How many of them have to.
    public var threshold: Int

    /// - Parameter channel: must be one that `ReleaseName.isChannel` takes
    public init(channel: String, keys: [StoredKey], threshold: Int = 1) {
        self.channel = channel
        self.keys = keys
        self.threshold = threshold
    }

    /// Delegates the channel.
    ///
    /// What the channel offered so far becomes the role's, so its key must be here then, or for replacing keys.
    /// - Throws: `.nothingToDo` when it is so already
    public func apply(_ update: RepositoryUpdate) throws -> PublishResult {
        guard !keys.isEmpty, (1...keys.count).contains(threshold) else {
            throw Failure(
                .invalidInput, "the channel \(channel) cannot have \(threshold) of \(keys.count) keys",
                hint: "nodewright keys generate channel-\(channel), or --key FILE.pub of another machine")
        }
        let role = KeyRole.channel(channel).description
        let ids = keys.map(\.id)
        let signers = RoleKeys(keyIDs: ids, threshold: threshold)
        let known = Dictionary(keys.map { ($0.id, $0.metadataKey) }) { first, _ in first }
        let before = update.state.signers(role)
        if let before, Set(before.roles.keyIDs) == Set(ids), before.roles.threshold == threshold {
            throw Failure(.nothingToDo, "the channel \(channel) has these keys already")
        }
        let moving = (update.state.targets["targets"]?.targets.values.map { $0 } ?? []).filter {
            $0.path.hasPrefix("channels/\(channel)/")
        }
        try update.requireKeys(["targets"])
        let isSigned = before != nil && update.state.targets[role] != nil
        if isSigned || !moving.isEmpty { try update.ring.require(signers, known, title: role) }

        update.change("targets") { targets in
            var delegations = targets.delegations ?? .init(keys: [:], roles: [])
            delegations.roles.removeAll { $0.name == role }
            delegations.roles.append(
                DelegatedRole(
                    name: role, signers: signers,
                    scope: .paths(ReleasePath.patterns(channel: channel).map { PathPattern($0) }), isTerminating: true))
            delegations.keys.merge(known) { $1 }
            let used = Set(delegations.roles.flatMap(\.signers.keyIDs))
            delegations.keys = delegations.keys.filter { used.contains($0.key) }
            targets.delegations = delegations
            for target in moving { targets.targets[target.path] = nil }
        }
        if isSigned || !moving.isEmpty {
            update.change(role) { for target in moving { $0.targets[target.path] = target } }
        }
        try update.commit()
        return PublishResult(
            ["the channel \(channel) is signed by \(threshold) of \(ids.map { $0.prefix(8) }.joined(separator: ", "))"],
            [.init("channel", .string(channel)), .init("keys", .strings(ids)), .init("threshold", .integer(threshold))])
    }
}
