import NodeConfig

/// What a network means: with every rule about what is absent applied, cards called as the kernel calls them, and in an
/// order of its own.
struct NetworkMeaning: Equatable {
    var management: String?
    private(set) var interfaces: [InterfaceSettings] = []

    /// The names of interfaces that have addresses.
    var carriers: [String] {
        interfaces.filter { $0.ipv4?.method != .disabled || $0.ipv6?.method != .disabled }.map(\.name)
    }

    /// - Parameter missing: paths of values that do not count
    init(_ network: NetworkSettings, without missing: [String] = []) {
        var names: [String: String] = [:]
        var vlans: Set<String> = []
        for (index, interface) in network.interfaces.enumerated() {
            let path = "network.interfaces[\(index)]"
            guard !missing.contains("network.interfaces"), !missing.contains(path) else { continue }
            let lost = Set(missing.filter { $0.hasPrefix(path) }.map { String($0.dropFirst(path.utf8.count + 1)) })
            var interface = interface
            (interface.ipv4, interface.ipv6) = (network.ipv4(of: interface), network.ipv6(of: interface))
            Self.remove(lost, from: &interface)
            if interface.vlan != nil, lost.contains("name") { vlans.insert(interface.name) }
            if case .card(let match) = interface.kind {
                switch match {
                case .name(let kernel):
                    names[interface.name] = kernel
                    interface.match = nil
                case .link: names[interface.name] = "link"
                case .mac, .path: break
                }
            }
            interfaces.append(interface)
        }
        rename(names)
        let numbers = interfaces.filter { vlans.contains($0.name) }.map { interface -> (String, String) in
            let long = "\(interface.vlan?.parent ?? "").\(interface.vlan?.id ?? 0)"
            return (interface.name, long.utf8.count > 15 ? "vlan\(interface.vlan?.id ?? 0)" : long)
        }
        let renamed = Dictionary(numbers, uniquingKeysWith: { first, _ in first })
        rename(renamed)
        interfaces.sort { $0.name < $1.name }
        if !missing.contains("network.management") {
            management = network.management.map { names[$0] ?? renamed[$0] ?? $0 }
        }
    }

    private mutating func rename(_ names: [String: String]) {
        func name(_ old: String) -> String { names[old] ?? old }
        for index in interfaces.indices {
            interfaces[index].name = name(interfaces[index].name)
            if let vlan = interfaces[index].vlan { interfaces[index].vlan?.parent = name(vlan.parent) }
            if let bridge = interfaces[index].bridge { interfaces[index].bridge?.ports = bridge.ports.map(name) }
            guard let bond = interfaces[index].bond else { continue }
            interfaces[index].bond?.members = bond.members.map(name)
            interfaces[index].bond?.primary = bond.primary.map(name)
        }
    }

    private static func remove(_ lost: Set<String>, from interface: inout InterfaceSettings) {
        if lost.contains("match") { interface.match = nil }
        if lost.contains("mtu") { interface.mtu = nil }
        if lost.contains("mac-address") { interface.assignedMAC = nil }
        if lost.contains("bridge.spanning-tree") || interface.bridge?.spanningTree == false {
            interface.bridge?.spanningTree = nil
        }
        if lost.contains("bridge.forward-delay") { interface.bridge?.forwardDelay = nil }
        for option in interface.bond?.options.keys.sorted() ?? [] where lost.contains("bond.options.\(option)") {
            interface.bond?.options[option] = nil
        }
        if lost.contains("ipv4.addresses") { interface.ipv4?.addresses = [] }
        if lost.contains("ipv4.gateway") { interface.ipv4?.gateway = nil }
        if lost.contains("ipv4.route-metric") { interface.ipv4?.routeMetric = nil }
        let ipv4Routes = routes(interface.ipv4?.routes ?? [], "ipv4", lost)
        interface.ipv4?.routes = ipv4Routes
        // Where its method cannot be said, IPv6 is as routers announce it.
        if lost.contains("ipv6.method") { interface.ipv6?.method = .automatic }
        if lost.contains("ipv6.addresses") { interface.ipv6?.addresses = [] }
        if lost.contains("ipv6.gateway") { interface.ipv6?.gateway = nil }
        if lost.contains("ipv6.route-metric") { interface.ipv6?.routeMetric = nil }
        let ipv6Routes = routes(interface.ipv6?.routes ?? [], "ipv6", lost)
        interface.ipv6?.routes = ipv6Routes
    }

    private static func routes(_ routes: [RouteSettings], _ family: String, _ lost: Set<String>) -> [RouteSettings] {
        routes.enumerated().compactMap { index, route in
            let path = "\(family).routes[\(index)]"
            if lost.contains(path) { return nil }
            var route = route
            if lost.contains("\(path).metric") { route.metric = nil }
            return route
        }
    }
}
