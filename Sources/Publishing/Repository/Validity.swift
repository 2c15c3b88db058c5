public import Updates

/// How long metadata that is signed now is valid, in days.
public struct Validity: Sendable {
    /// Releases and delegations, by `targets` and the channels' roles.
    public var targets = 365
    /// Which metadata belongs together.
    public var snapshot = 30
    /// That it is of today: nobody can hide a newer release from a node for longer than this.
    public var timestamp = 14

    /// The usual times.
    public init() {}

    /// When metadata expires that is signed at a time, in seconds since 1970.
    func expiry(_ kind: MetadataKind, from now: Int) -> Expiry {
        switch kind {
        case .root: Self.expiry(days: RootFile.defaultDays, from: now)
        case .targets: Self.expiry(days: targets, from: now)
        case .snapshot: Self.expiry(days: snapshot, from: now)
        case .timestamp: Self.expiry(days: timestamp, from: now)
        }
    }

    /// The moment so many days after another one.
    public static func expiry(days: Int, from now: Int) -> Expiry { Expiry(seconds: now + days * 86_400) }

    /// Whether less than half of the time is left.
    func isDue(_ expires: Expiry, _ kind: MetadataKind, now: Int) -> Bool {
        expires.seconds - now < (expiry(kind, from: now).seconds - now) / 2
    }
}
