import NodeConfig

/// Configurations of the network that a person would write.
enum NetworkExamples {
    static let all: [String: NodeConfiguration] = [
        "automatic": network([card("eno1")]),
        "static-dual-stack": staticDualStack,
        "matches": network([
            card("lan", .mac(mac("52:54:00:aa:bb:cc"))), card("slot", .path("pci-0000:03:00.0")), card("any", .link),
        ]),
        "vlan-on-bond": vlanOnBond,
        "bridge": bridge,
        "bridge-over-vlan-over-bond": bridgeOverVLAN,
        "lacp": lacp,
        "ipv6-only": ipv6Only,
        "link-local": linkLocal,
    ]

    static func mac(_ text: String) -> MACAddress {
        guard let mac = MACAddress(text) else { preconditionFailure(text) }
        return mac
    }

    static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure(text) }
        return address
    }

    static func prefix(_ text: String) -> IPPrefix {
        guard let prefix = IPPrefix(text) else { preconditionFailure(text) }
        return prefix
    }

    static func network(_ interfaces: [InterfaceSettings]) -> NodeConfiguration {
        var configuration = NodeConfiguration()
        configuration.network.interfaces = interfaces
        return configuration
    }

    static func card(_ name: String, _ match: InterfaceMatch? = nil) -> InterfaceSettings {
        var card = InterfaceSettings(name: name)
        card.match = match
        return card
    }

    static func ipv4(_ addresses: [String], gateway: String? = nil) -> IPv4Settings {
        var settings = IPv4Settings(method: .static)
        settings.addresses = addresses.map(prefix)
        settings.gateway = gateway.map(address)
        return settings
    }

    static func ipv6(_ addresses: [String], gateway: String? = nil) -> IPv6Settings {
        var settings = IPv6Settings(method: .static)
        settings.addresses = addresses.map(prefix)
        settings.gateway = gateway.map(address)
        return settings
    }

    private static var staticDualStack: NodeConfiguration {
        var card = card("eno1", .mac(mac("52-54-00-AA-BB-CC")))
        var four = ipv4(["192.0.2.10/24", "198.51.100.10/28"], gateway: "192.0.2.1")
        four.routes = [
            RouteSettings(destination: prefix("203.0.113.0/24"), gateway: address("192.0.2.254"), metric: 50),
            RouteSettings(destination: prefix("198.18.0.0/15")),
            RouteSettings(destination: prefix("198.51.100.128/25"), metric: 7),
        ]
        four.routeMetric = 10
        card.ipv4 = four
        var six = ipv6(["2001:db8::10/64"], gateway: "fe80::1")
        six.routes = [RouteSettings(destination: prefix("2001:db8:1::/48"), gateway: address("2001:db8::fe"))]
        card.ipv6 = six
        card.mtu = 9000
        var configuration = network([card])
        configuration.dns.servers = [address("192.0.2.53"), address("2001:db8::53"), address("192.0.2.54")]
        configuration.dns.search = ["example.org", "lab.example.org"]
        return configuration
    }

    private static var vlanOnBond: NodeConfiguration {
        var bond = InterfaceSettings(name: "bond0")
        bond.bond = BondSettings(members: ["eno1", "eno2"])
        bond.bond?.primary = "eno2"
        bond.ipv4 = IPv4Settings(method: .dhcp)
        var vlan = InterfaceSettings(name: "storage")
        vlan.vlan = VLANSettings(id: 5, parent: "bond0")
        vlan.ipv4 = ipv4(["192.0.2.5/24"])
        return network([vlan, bond, card("eno1", .mac(mac("52:54:00:00:00:01")))])
    }

    private static var bridge: NodeConfiguration {
        var bridge = InterfaceSettings(name: "ovirtmgmt")
        bridge.bridge = BridgeSettings(ports: ["eno1"])
        bridge.ipv4 = IPv4Settings(method: .dhcp)
        bridge.ipv6 = IPv6Settings(method: .automatic)
        var configuration = network([bridge])
        configuration.network.management = "ovirtmgmt"
        return configuration
    }

    private static var bridgeOverVLAN: NodeConfiguration {
        var bridge = InterfaceSettings(name: "guests")
        bridge.bridge = BridgeSettings(ports: ["bond0.5"])
        bridge.bridge?.spanningTree = true
        bridge.bridge?.forwardDelay = 4
        bridge.ipv4 = ipv4(["192.0.2.10/24"], gateway: "192.0.2.1")
        var vlan = InterfaceSettings(name: "bond0.5")
        vlan.vlan = VLANSettings(id: 5, parent: "bond0")
        var bond = InterfaceSettings(name: "bond0")
        bond.bond = BondSettings(mode: .balanceXOR, members: ["eno1", "eno2"])
        bond.mtu = 9000
        return network([bridge, vlan, bond])
    }

    private static var lacp: NodeConfiguration {
        var bond = InterfaceSettings(name: "bond0")
        bond.bond = BondSettings(mode: .lacp, members: ["eno1", "eno2"])
        bond.bond?.miimon = 50
        bond.bond?.options = ["lacp_rate": "fast", "xmit_hash_policy": "layer3+4"]
        bond.assignedMAC = mac("02:00:00:00:00:01")
        var watched = InterfaceSettings(name: "bond1")
        watched.bond = BondSettings(members: ["eno3"])
        watched.bond?.options = ["arp_interval": "200", "arp_ip_target": "192.0.2.1,192.0.2.2"]
        return network([bond, watched])
    }

    private static var ipv6Only: NodeConfiguration {
        var card = card("eno1")
        card.ipv6 = IPv6Settings(method: .dhcp)
        var configuration = network([card])
        configuration.dns.servers = [address("2001:db8::53")]
        return configuration
    }

    private static var linkLocal: NodeConfiguration {
        var card = card("eno1")
        card.ipv6 = IPv6Settings(method: .linkLocal)
        var configuration = network([card])
        configuration.dns.search = ["example.org"]
        return configuration
    }
}
