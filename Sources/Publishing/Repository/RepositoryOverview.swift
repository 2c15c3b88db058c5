public import Document
import Host
public import Updates

/// What a repository offers at present, for whoever wants to see it. Needs no keys.
public struct RepositoryOverview {
    /// What each channel offers, by channel, product and architecture.
    public let lists: [ChannelList]
    /// Version and expiry of each file of metadata that is in force: `root`, `timestamp`, `snapshot`, `targets`, channels' roles.
    public let metadata: [(role: String, version: Int, expires: Expiry)]

    /// Reads a repository and verifies it.
    public init(_ storage: any RepositoryStorage) throws {
        let state = try RepositoryState(storage)
        lists = try state.channels.flatMap { try state.lists(channel: $0) }
        var headers = [("root", state.root.root.header)]
        if let timestamp = state.timestamp { headers.append(("timestamp", timestamp.header)) }
        if let snapshot = state.snapshot { headers.append(("snapshot", snapshot.header)) }
        headers += state.targets.sorted { $0.key > $1.key }.map { ($0.key, $0.value.header) }
        metadata = headers.map { ($0.0, $0.1.version, $0.1.expires) }
    }

    /// For people.
    public func text(now: Int) -> String {
        var lines = metadata.map { role, version, expires in
            let state = expires.isPast(at: now) ? "expired" : "valid until"
            return
                "\(role)\(String(repeating: " ", count: max(1, 20 - role.utf8.count)))version \(version), \(state) \(expires)"
        }
        for list in lists {
            lines.append("")
            lines.append("\(list.channel): \(list.product) for \(list.architecture)")
            if list.offers.isEmpty { lines.append("  nothing") }
            for offer in list.offers {
                let from = offer.minimumVersion.map { ", from \($0) on" } ?? ""
                lines.append("  \(offer.version), for \(offer.rollout) % of the nodes\(from)")
            }
        }
        return lines.joined(separator: "\n")
    }

    /// For `--json`.
    public var json: JSONValue {
        [
            "metadata": .array(
                metadata.map {
                    [
                        "role": .string($0.role), "version": .integer($0.version),
                        "expires": .string($0.expires.description),
                    ]
                }),
            "channels": .array(lists.map(\.json)),
        ]
    }
}
