import Host
import NodeConfig

/// The profiles that a node configuration asks for, each after those that it needs.
///
/// Pure: the same configuration and the same kernel names give the same bytes.
public struct NetworkProfiles: Sendable {
    /// All of them.
    public private(set) var all: [NetworkProfile] = []

    private let network: NetworkSettings
    private let dns: DNSSettings
    private let kernelNames: [String: String]

    /// Renders a configuration; one without interfaces has no profiles.
    ///
    /// - Parameter kernelNames: the kernel's names of cards by their names in the configuration, where they are known
    /// - Throws: when interfaces need each other in a circle
    public init(_ configuration: NodeConfiguration, kernelNames: [String: String] = [:]) throws {
        network = configuration.network.withImpliedCards
        dns = configuration.dns
        self.kernelNames = kernelNames
        for interface in network.interfaces { try add(interface.name, neededBy: []) }
    }

    /// The profile of an interface.
    public subscript(name: String) -> NetworkProfile? { all.first { $0.name == name } }

    /// Whether a link needs longer than a plain card does until it forwards.
    public var needsTime: Bool { all.contains { $0.madeDevice != nil } }

    @discardableResult
    private mutating func add(_ name: String, neededBy: [String]) throws -> NetworkProfile? {
        if let done = self[name] { return done }
        guard let interface = network[name] else { return nil }
        guard !neededBy.contains(name) else {
            throw Failure(
                .invalidInput, "the interfaces \((neededBy + [name]).joined(separator: " -> ")) form a circle")
        }
        let controller = network.controller(of: name)
        let controllerProfile = try controller.flatMap { try add($0.name, neededBy: neededBy + [name]) }
        let parent = try interface.vlan.flatMap { try add($0.parent, neededBy: neededBy + [name]) }
        let port = controller.flatMap { controller in
            controllerProfile.map { (uuid: $0.uuid, type: controller.bond == nil ? "bridge" : "bond") }
        }
        let profile = render(interface, port: port, parent: parent?.uuid)
        all.append(profile)
        return profile
    }

    private func render(
        _ interface: InterfaceSettings, port: (uuid: String, type: String)?, parent: String?
    ) -> NetworkProfile {
        var file = Keyfile()
        let isMade = if case .card = interface.kind { false } else { true }
        file.add("id", interface.name, to: "connection")
        file.add("type", Self.type(interface), to: "connection")
        if isMade { file.add("interface-name", interface.name, to: "connection") }
        // A server that comes late must not leave the node without network for good.
        file.add("autoconnect-retries", "0", to: "connection")
        // Whoever brings up a bond or a bridge wants what belongs to it, too.
        if interface.bond != nil || interface.bridge != nil {
            file.add("autoconnect-slaves", "1", to: "connection")
        }
        // The words that every version of NetworkManager knows, with "controller" since 1.46.
        file.add("master", port?.uuid, to: "connection")
        file.add("slave-type", port?.type, to: "connection")
        addKind(of: interface, parent: parent, to: &file)
        file.add("cloned-mac-address", interface.assignedMAC?.description, to: "ethernet")
        file.add("mtu", interface.mtu.map { "\($0)" }, to: "ethernet")
        if port == nil {
            addIPv4(network.ipv4(of: interface), to: &file)
            addIPv6(network.ipv6(of: interface), to: &file)
        }
        return NetworkProfile(
            name: interface.name, madeDevice: isMade ? interface.name : nil, isPort: port != nil, body: file)
    }

    private static func type(_ interface: InterfaceSettings) -> String {
        switch interface.kind {
        case .card: "ethernet"
        case .vlan: "vlan"
        case .bond: "bond"
        case .bridge: "bridge"
        }
    }

    private func addKind(of interface: InterfaceSettings, parent: String?, to file: inout Keyfile) {
        switch interface.kind {
        case .card(.name(let name)): file.add("interface-name", name, to: "connection")
        // NetworkManager compares with the permanent address.
        case .card(.mac(let address)): file.add("mac-address", address.description.uppercased(), to: "ethernet")
        case .card(.path(let path)): file.add("path", path + ";", to: "match")
        // Without any condition NetworkManager takes the first card that has a carrier, and no second one; but none that another
        // profile is for.
        case .card(.link): file.add("autoconnect-priority", "-1", to: "connection")
        case .vlan(let vlan):
            file.add("id", "\(vlan.id)", to: "vlan")
            file.add("parent", parent ?? kernelNames[vlan.parent] ?? vlan.parent, to: "vlan")
            // REORDER_HEADERS, which the kernel's own tools set, too.
            file.add("flags", "1", to: "vlan")
        case .bond(let bond):
            file.add("mode", bond.mode.rawValue, to: "bond")
            if bond.effectiveMIIMonitoring > 0 { file.add("miimon", "\(bond.effectiveMIIMonitoring)", to: "bond") }
            file.add("primary", bond.primary.map { kernelNames[$0] ?? $0 }, to: "bond")
            for (name, value) in bond.options.sorted(by: { $0.key < $1.key }) { file.add(name, value, to: "bond") }
        case .bridge(let bridge):
            // Without it a port forwards at once, and a bridge of one node cannot make a loop.
            file.add("stp", bridge.spanningTree ?? false ? "true" : "false", to: "bridge")
            file.add("forward-delay", bridge.forwardDelay.map { "\($0)" }, to: "bridge")
        }
    }

    private func addIPv4(_ settings: IPv4Settings, to file: inout Keyfile) {
        let method =
            switch settings.method {
            case .disabled: "disabled"
            case .dhcp: "auto"
            case .static: "manual"
            }
        file.add("method", method, to: "ipv4")
        guard settings.method != .disabled else { return }
        addAddresses(settings.addresses, settings.gateway, settings.routes, settings.routeMetric, to: "ipv4", &file)
        addNames(.v4, to: "ipv4", &file)
    }

    private func addIPv6(_ settings: IPv6Settings, to file: inout Keyfile) {
        let method =
            switch settings.method {
            case .disabled: "disabled"
            case .automatic: "auto"
            case .dhcp: "dhcp"
            case .static: "manual"
            case .linkLocal: "link-local"
            }
        file.add("method", method, to: "ipv6")
        guard settings.method != .disabled else { return }
        // From the hardware address: NetworkManager's own choice would follow the UUID, and so change with every setting.
        file.add("addr-gen-mode", "eui64", to: "ipv6")
        addAddresses(settings.addresses, settings.gateway, settings.routes, settings.routeMetric, to: "ipv6", &file)
        if settings.method != .linkLocal { addNames(.v6, to: "ipv6", &file) }
    }

    private func addAddresses(
        _ addresses: [IPPrefix], _ gateway: IPAddress?, _ routes: [RouteSettings], _ metric: Int?, to group: String,
        _ file: inout Keyfile
    ) {
        for (index, address) in addresses.enumerated() {
            file.add("address\(index + 1)", address.description, to: group)
        }
        file.add("gateway", gateway?.description, to: group)
        for (index, route) in routes.enumerated() {
            // With a metric there must be a gateway; all zeros is none.
            let none = route.destination.address.family == .v4 ? "0.0.0.0" : "::"
            let metric = route.metric.map { ",\($0)" } ?? ""
            let gateway = route.gateway?.description ?? (route.metric == nil ? nil : none)
            file.add("route\(index + 1)", "\(route.destination)" + (gateway.map { ",\($0)" } ?? "") + metric, to: group)
        }
        file.add("route-metric", metric.map { "\($0)" }, to: group)
    }

    /// The node's name servers stand in every profile that has addresses: whichever is up, they are asked.
    private func addNames(_ family: IPAddress.Family, to group: String, _ file: inout Keyfile) {
        let servers = dns.servers.filter { $0.family == family }
        if !servers.isEmpty { file.add("dns", Self.list(servers.map(\.description)), to: group) }
        if !dns.search.isEmpty { file.add("dns-search", Self.list(dns.search), to: group) }
        if !dns.servers.isEmpty { file.add("ignore-auto-dns", "true", to: group) }
    }

    private static func list(_ values: [String]) -> String { values.map { $0 + ";" }.joined() }
}

extension NetworkSettings {
    /// With an interface for each card that others name without describing it.
    var withImpliedCards: NetworkSettings {
        var result = self
        for interface in interfaces {
            let lower =
                (interface.bond?.members ?? []) + (interface.bridge?.ports ?? [])
                + (interface.vlan.map { [$0.parent] } ?? [])
            for name in lower where result[name] == nil { result.interfaces.append(InterfaceSettings(name: name)) }
        }
        return result
    }
}
