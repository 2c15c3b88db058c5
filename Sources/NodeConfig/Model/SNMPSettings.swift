/// Monitoring over SNMPv3.
public struct SNMPSettings: Hashable, Sendable {
    /// Whether snmpd runs; false unless given.
    public var enabled: Bool?
    /// The password of the SNMPv3 user `root`: at least 8 characters.
    public var password: Secret?

    /// Nothing given.
    public init() {}
}
