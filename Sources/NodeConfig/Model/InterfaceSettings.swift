/// One network interface: a card, or a VLAN, bond or bridge made of others.
public struct InterfaceSettings: Hashable, Sendable {
    /// What an interface is.
    public enum Kind: Hashable, Sendable {
        /// A network card and how it is found.
        case card(InterfaceMatch)
        case vlan(VLANSettings)
        case bond(BondSettings)
        case bridge(BridgeSettings)
    }

    /// Its name here, by which others refer to it: for a VLAN, bond or bridge also the kernel's; for a card that has no
    /// `match` the kernel's.
    public var name: String
    /// How a card is found; by its name unless given. Absent for VLANs, bonds and bridges.
    public var match: InterfaceMatch?
    /// Given when this is a VLAN.
    public var vlan: VLANSettings?
    /// Given when this is a bond.
    public var bond: BondSettings?
    /// Given when this is a bridge.
    public var bridge: BridgeSettings?
    /// IPv4; see `NetworkSettings.ipv4(of:)` for what holds when it is absent.
    public var ipv4: IPv4Settings?
    /// IPv6; see `NetworkSettings.ipv6(of:)` for what holds when it is absent.
    public var ipv6: IPv6Settings?
    /// The largest packet in bytes, from 68 to 65535; the driver's unless given.
    public var mtu: Int?
    /// The hardware address that the interface shall use instead of its own.
    public var assignedMAC: MACAddress?

    /// An interface of which nothing but the name is given: a card.
    public init(name: String) { self.name = name }

    /// What it is. A checked configuration gives at most one of `vlan`, `bond`, `bridge` and `match`.
    public var kind: Kind {
        if let vlan { return .vlan(vlan) }
        if let bond { return .bond(bond) }
        if let bridge { return .bridge(bridge) }
        return .card(match ?? .name(name))
    }
}
