/// Interfaces and their addresses.
///
/// Without any interface every network card asks for addresses by itself (DHCPv4 and SLAAC), as the image does.
public struct NetworkSettings: Hashable, Sendable {
    /// The interface that engine and administrators use; the one with the default route unless given.
    public var management: String?
    /// Interfaces by name, in the order of the document; no name twice.
    public var interfaces: [InterfaceSettings] = []

    /// Nothing given.
    public init() {}

    /// The interface of a name.
    public subscript(name: String) -> InterfaceSettings? { interfaces.first { $0.name == name } }

    /// The names of interfaces that serve another one: members of bonds, ports of bridges, parents of VLANs.
    public var lowerInterfaces: Set<String> {
        Set(
            interfaces.flatMap { interface in
                (interface.bond?.members ?? []) + (interface.bridge?.ports ?? [])
                    + (interface.vlan.map { [$0.parent] } ?? [])
            })
    }

    /// The bond or bridge to which an interface belongs.
    public func controller(of name: String) -> InterfaceSettings? {
        interfaces.first { $0.bond?.members.contains(name) ?? false || $0.bridge?.ports.contains(name) ?? false }
    }

    /// IPv4 of an interface with the rule for what is not given applied.
    ///
    /// An interface that says nothing of IPv4 and IPv6 is automatic in both, unless it serves another one; one that speaks of
    /// one family alone has the other switched off.
    public func ipv4(of interface: InterfaceSettings) -> IPv4Settings {
        if let ipv4 = interface.ipv4 { return ipv4 }
        let isAutomatic = interface.ipv6 == nil && !lowerInterfaces.contains(interface.name)
        return IPv4Settings(method: isAutomatic ? .dhcp : .disabled)
    }

    /// IPv6 of an interface with the rule for what is not given applied; see `ipv4(of:)`.
    public func ipv6(of interface: InterfaceSettings) -> IPv6Settings {
        if let ipv6 = interface.ipv6 { return ipv6 }
        let isAutomatic = interface.ipv4 == nil && !lowerInterfaces.contains(interface.name)
        return IPv6Settings(method: isAutomatic ? .automatic : .disabled)
    }
}
