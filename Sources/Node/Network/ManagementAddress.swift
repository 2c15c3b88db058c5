import Bus
import NodeConfig

/// Whether NetworkManager has given a node the address at which it is managed.
///
/// The management interface is the one that the configuration names so; without that, any of those that can have the default
/// route, and where none can, any that is to have an address; without any interfaces, whichever card gets an address first.
struct ManagementAddress {
    private let network: NetworkSettings
    /// Interfaces of which one is enough.
    private let candidates: [InterfaceSettings]

    init(_ configuration: NodeConfiguration) {
        let network = configuration.network
        self.network = network
        if let management = network.management {
            candidates = [network[management] ?? InterfaceSettings(name: management)]
        } else {
            let all = network.interfaces.filter { interface in
                network.controller(of: interface.name) == nil
                    && (network.ipv4(of: interface).method != .disabled
                        || network.ipv6(of: interface).method != .disabled)
            }
            let routed = all.filter { network.canHaveDefaultRoute($0) }
            candidates = routed.isEmpty ? all : routed
        }
    }

    /// What is still missing; nil when the node can be reached as far as it can tell.
    func missing(in snapshot: NetworkManager.Snapshot) -> String? {
        if network.interfaces.isEmpty, candidates.isEmpty {
            let hasOne = snapshot.devices.contains { device in
                device.isCard
                    && (device.ipv4.addresses + device.ipv6.addresses).contains {
                        IPPrefix($0)?.address.isLinkLocal == false
                    }
            }
            // Nobody has asked for a network: a node without a cable is as it should be.
            return hasOne || !snapshot.isStarting ? nil : "no card has an address yet"
        }
        var first: String?
        for interface in candidates {
            guard let problem = problem(of: interface, snapshot) else { return nil }
            first = first ?? problem
        }
        return first
    }

    /// Under which address others reach the interface that the configuration names as the one of management.
    ///
    /// - Returns: nil when it names none, or that one has no such address
    func address(in snapshot: NetworkManager.Snapshot) -> IPAddress? {
        guard network.management != nil, let interface = candidates.first else { return nil }
        // NetworkManager's profile has our name for it, whatever the kernel's is; one of the initramfs has another.
        let activation = snapshot.activations.first { $0.id == interface.name && !$0.devices.isEmpty }
        let device =
            if let activation {
                snapshot.devices.first { activation.devices.contains($0.path) }
            } else if case .card(let match) = interface.kind {
                match == .link ? nil : NetworkCards.card(match, among: snapshot.devices.filter(\.isCard))
            } else {
                snapshot.devices.first { $0.name == interface.name }
            }
        let addresses = (device?.ipv4.addresses ?? []) + (device?.ipv6.addresses ?? [])
        return addresses.lazy.compactMap { IPPrefix($0)?.address }.first { !$0.isLinkLocal }
    }

    private func problem(of interface: InterfaceSettings, _ snapshot: NetworkManager.Snapshot) -> String? {
        let activation = snapshot.activations.first { $0.id == interface.name && !$0.devices.isEmpty }
        guard let activation, let device = snapshot.devices.first(where: { activation.devices.contains($0.path) })
        else {
            return isUpSinceTheInitramfs(interface, snapshot) ? nil : "\(interface.name) is not up"
        }
        if device.carrier == false { return "\(interface.name) has no link" }
        if let missing = network.missingAddress(of: interface, on: device) { return "\(interface.name) \(missing)" }
        if activation.state != .activated { return "\(interface.name) is not up yet" }
        // Not every network has a router; one that the configuration names must be the way out.
        let routers = [
            (network.ipv4(of: interface).gateway, device.ipv4.gateway),
            (network.ipv6(of: interface).gateway, device.ipv6.gateway),
        ]
        let missing = routers.compactMap(\.0).first { wanted in
            !routers.contains { $0.1.flatMap { IPAddress($0) } == wanted }
        }
        return missing.map { "\(interface.name) has no route over \($0)" }
    }

    /// Whether a card got its addresses in the initramfs, from the same words of the kernel command line: NetworkManager goes on
    /// with the connection that it had there, whose name is another one.
    private func isUpSinceTheInitramfs(_ interface: InterfaceSettings, _ snapshot: NetworkManager.Snapshot) -> Bool {
        guard case .card(let match) = interface.kind else { return false }
        return snapshot.devices.contains { device in
            let isMeant =
                switch match {
                case .mac(let mac): device.permanentAddress == mac.description
                case .name(let name): device.name == name
                case .path, .link: false
                }
            return isMeant && device.isCard && network.missingAddress(of: interface, on: device) == nil
                && snapshot.activations.contains { $0.state == .activated && $0.devices.contains(device.path) }
        }
    }
}

extension NetworkSettings {
    /// Whether it has a router, or may get one together with its addresses.
    fileprivate func canHaveDefaultRoute(_ interface: InterfaceSettings) -> Bool {
        let (ipv4, ipv6) = (ipv4(of: interface), ipv6(of: interface))
        return ipv4.gateway != nil || ipv6.gateway != nil || ipv4.method == .dhcp
            || [.automatic, .dhcp].contains(ipv6.method)
    }

    /// What an interface lacks of the addresses that it is to have; nil when it has them.
    func missingAddress(of interface: InterfaceSettings, on device: NetworkManager.Device) -> String? {
        let ipv4 = ipv4(of: interface)
        let ipv6 = ipv6(of: interface)
        let present = Set((device.ipv4.addresses + device.ipv6.addresses).compactMap { IPPrefix($0) })
        for address in ipv4.addresses + ipv6.addresses where !present.contains(address) {
            return "does not have the address \(address)"
        }
        // Of several ways to an address by itself, one is enough: few networks have all.
        let automatic = [ipv4.method == .dhcp, [.automatic, .dhcp].contains(ipv6.method)]
        let families = zip(automatic, [IPAddress.Family.v4, .v6]).filter(\.0).map(\.1)
        let hasOne = present.contains { families.contains($0.address.family) && !$0.address.isLinkLocal }
        return families.isEmpty || hasOne
            ? nil : "has got no address from \(ipv4.method == .dhcp ? "DHCP" : "a router")"
    }
}
