import Updates

/// What a key signs in an update repository.
public enum KeyRole: Hashable, Sendable, CustomStringConvertible {
    /// Who may sign what; kept offline.
    case root
    /// Releases, and channels without a role of their own.
    case targets
    /// Which metadata belongs together.
    case snapshot
    /// That all of it is of today.
    case timestamp
    /// The releases of one channel.
    case channel(String)

    /// The roles that every repository has.
    public static let topLevel: [KeyRole] = [.root, .targets, .snapshot, .timestamp]

    /// Reads `root`, `targets`, `snapshot`, `timestamp` or `channel-NAME`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        if let role = Self.topLevel.first(where: { $0.description == text }) {
            self = role
            return
        }
        guard text.hasPrefix("channel-") else { return nil }
        let name = text.dropFirst("channel-".count)
        guard ReleaseName.isChannel(name) else { return nil }
        self = .channel(String(name))
    }

    /// The name in metadata, in names of files and on the command line.
    public var description: String {
        switch self {
        case .root: "root"
        case .targets: "targets"
        case .snapshot: "snapshot"
        case .timestamp: "timestamp"
        case .channel(let name): "channel-\(name)"
        }
    }
}
