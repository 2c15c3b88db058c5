extension CommandLineWriter.Network {
    /// IPv6 has no fewer bytes in a packet.
    private static let leastMTU = 1280

    /// One family of an interface as the words have it.
    private struct Family {
        let key: String
        let isStatic: Bool
        let addresses: [IPPrefix]
        let gateway: IPAddress?
        let routes: [RouteSettings]
        let routeMetric: Int?

        init(_ settings: IPv4Settings) {
            key = "ipv4"
            isStatic = settings.method == .static
            (addresses, gateway) = (settings.addresses, settings.gateway)
            (routes, routeMetric) = (settings.routes, settings.routeMetric)
        }

        init(_ settings: IPv6Settings) {
            key = "ipv6"
            isStatic = settings.method == .static
            (addresses, gateway) = (settings.addresses, settings.gateway)
            (routes, routeMetric) = (settings.routes, settings.routeMetric)
        }

        /// The address beside which the gateway is given: the first one in whose network it is.
        var gatewayPlace: Int? {
            guard isStatic, let gateway else { return nil }
            let isAnywhere = gateway.family == .v6 && gateway.isLinkLocal
            return isAnywhere ? addresses.indices.first : addresses.firstIndex { $0.contains(gateway) }
        }

        /// `ip=` for each address, but for what may follow.
        func words(_ reference: String) -> [String] {
            guard isStatic else { return [] }
            return addresses.indices.map { index in
                let router = index == gatewayPlace ? gateway.map(CommandLineWriter.Network.field) ?? "" : ""
                let address = CommandLineWriter.Network.field(addresses[index].address)
                return "ip=\(address)::\(router):\(addresses[index].length)::\(reference):none"
            }
        }
    }

    /// The words for addresses and routes of an interface.
    func carried(by interface: InterfaceSettings, _ name: String) -> Part {
        let families = [Family(settings.ipv4(of: interface)), Family(settings.ipv6(of: interface))]
        var part = Part()
        // A port carries none; its bond or bridge does.
        if !ports.contains(interface.name) { part.addresses = words(for: interface, name, families) }
        for family in families {
            if family.key == "ipv6", ipv6Method(of: interface) != settings.ipv6(of: interface).method {
                part.missing.append("ipv6.method")
            }
            if !family.isStatic, !family.addresses.isEmpty { part.missing.append("\(family.key).addresses") }
            if family.gateway != nil, family.gatewayPlace == nil { part.missing.append("\(family.key).gateway") }
            var seen: Set<RouteSettings> = []
            for (index, route) in family.routes.enumerated() {
                let path = "\(family.key).routes[\(index)]"
                // Two ways with different metrics are one without.
                guard seen.insert(RouteSettings(destination: route.destination, gateway: route.gateway)).inserted
                else {
                    part.missing.append(path)
                    continue
                }
                if route.metric != nil { part.missing.append("\(path).metric") }
                part.routes.append(word(for: route, name))
            }
            if family.routeMetric != nil { part.missing.append("\(family.key).route-metric") }
        }
        if interface.mtu != saidMTU(of: interface) { part.missing.append("mtu") }
        if interface.assignedMAC != nil, ports.contains(interface.name) { part.missing.append("mac-address") }
        return part
    }

    /// `ip=`: one word for the methods, and one for each fixed address.
    private func words(for interface: InterfaceSettings, _ name: String, _ families: [Family]) -> [String] {
        let isDHCP = settings.ipv4(of: interface).method == .dhcp
        let method = ipv6Method(of: interface)
        let isLink = interface.name == link
        var methods: [String] = []
        if isDHCP { methods.append(isLink ? "single-dhcp" : "dhcp") }
        // With DHCP it comes by itself.
        if method == .automatic, !isDHCP { methods.append("auto6") }
        if method == .linkLocal { methods.append("link6") }
        // MTU and hardware address may stand behind any of the words.
        let mtu = interface.bond == nil ? saidMTU(of: interface).map { "\($0)" } : nil
        let mac = interface.assignedMAC.map { ":\($0)" } ?? ""
        let hardware = mtu == nil && mac.isEmpty ? "" : ":" + (mtu ?? "") + mac
        let fixed = families.flatMap { $0.words(isNameless(interface) ? "" : name) }
        // An interface that serves another one is off by itself.
        let isQuiet = lower.contains(interface.name) && hardware.isEmpty
        if methods.isEmpty, fixed.isEmpty, !isQuiet { methods = ["off"] }
        var words = fixed
        if !methods.isEmpty {
            // `single-dhcp` without a name makes the card that the words behind it name.
            let reference = isLink ? "" : name
            let isShort = reference.isEmpty && hardware.isEmpty
            words.insert("ip=" + (isShort ? "" : "\(reference):") + methods.joined(separator: ","), at: 0)
        }
        if let first = words.first { words[0] = first + hardware }
        return words
    }

    /// `rd.route=`
    private func word(for route: RouteSettings, _ name: String) -> String {
        let network = route.destination.description
        let isV6 = route.destination.address.family == .v6
        let gateway = route.gateway.map(Self.field) ?? ""
        return "rd.route=\(isV6 ? "[\(network)]" : network):\(gateway):\(name)"
    }

    /// What `ipv6=` says of an interface, if it is needed: no `ip=` switches IPv6 off beside DHCP, or asks for DHCPv6.
    func ipv6Word(_ interface: InterfaceSettings) -> String? {
        switch (settings.ipv4(of: interface).method, settings.ipv6(of: interface).method) {
        case (.dhcp, .disabled): "off"
        case (.dhcp, .dhcp), (.static, .dhcp): "dhcp"
        default: nil
        }
    }

    /// How the words get IPv6 addresses: as it is given, or as routers announce it where there is no word for that.
    private func ipv6Method(of interface: InterfaceSettings) -> IPv6Settings.Method {
        let method = settings.ipv6(of: interface).method
        let isDHCP = settings.ipv4(of: interface).method == .dhcp
        let isSaid = interface.name == main && ipv6Word(interface) != nil
        return method == .dhcp || method == .disabled && isDHCP ? isSaid ? method : .automatic : method
    }

    /// The largest packet, if that can be said.
    func saidMTU(of interface: InterfaceSettings) -> Int? {
        guard let mtu = interface.mtu else { return nil }
        // Only `bond=` itself has a place for that of a port.
        if ports.contains(interface.name), interface.bond == nil { return nil }
        // An interface may leave IPv6 open in a document, but not here.
        return mtu < Self.leastMTU && ipv6Method(of: interface) != .disabled ? nil : mtu
    }
}
