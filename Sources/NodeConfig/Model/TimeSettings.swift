/// Time zone and time servers.
public struct TimeSettings: Hashable, Sendable {
    /// A name of the time zone database, such as `Europe/Berlin`.
    public var zone: String?
    /// Whether the clock follows time servers; true unless given.
    public var ntpEnabled: Bool?
    /// Time servers; those of the image or of DHCP when empty.
    public var ntpServers: [HostAddress] = []

    /// Nothing given.
    public init() {}
}
