import Document

/// What IPv4 and IPv6 of an interface have in common.
private struct FamilySettings {
    let family: IPAddress.Family
    /// Whether nothing but the fixed addresses can be there.
    let isStatic: Bool
    /// Whether no address can be given.
    let isBare: Bool
    let method: String
    let addresses: [IPPrefix]
    let gateway: IPAddress?
    let routes: [RouteSettings]
    let routeMetric: Int?

    init(_ settings: IPv4Settings) {
        family = .v4
        isStatic = settings.method == .static
        isBare = settings.method == .disabled
        method = settings.method.rawValue
        (addresses, gateway) = (settings.addresses, settings.gateway)
        (routes, routeMetric) = (settings.routes, settings.routeMetric)
    }

    init(_ settings: IPv6Settings) {
        family = .v6
        isStatic = settings.method == .static
        isBare = settings.method == .disabled || settings.method == .linkLocal
        method = settings.method.rawValue
        (addresses, gateway) = (settings.addresses, settings.gateway)
        (routes, routeMetric) = (settings.routes, settings.routeMetric)
    }

    /// Whether a router can be reached directly.
    func reaches(_ router: IPAddress) -> Bool {
        router.isLinkLocal && family == .v6 || addresses.contains { $0.contains(router) }
            || routes.contains { $0.gateway == nil && $0.destination.contains(router) }
    }
}

extension ConfigurationCheck {
    /// Addresses, gateway and routes of one interface.
    func checkAddresses(_ interface: InterfaceSettings) {
        let node = interfaces[interface.name]
        if let ipv4 = interface.ipv4 { check(FamilySettings(ipv4), of: interface.name, node?["ipv4"]) }
        if let ipv6 = interface.ipv6 {
            check(FamilySettings(ipv6), of: interface.name, node?["ipv6"])
            if let mtu = interface.mtu, mtu < 1280, ipv6.method != .disabled {
                error(
                    at: place("mtu", in: node),
                    "IPv6 needs an mtu of at least 1280, but \"\(interface.name)\" has \(mtu)",
                    hint: "raise it, or write \"ipv6: {method: disabled}\"")
            }
        }
    }

    private func check(_ settings: FamilySettings, of name: String, _ node: Document.Node?) {
        let what = "\(settings.family.name) of \"\(name)\""
        if settings.isBare {
            for key in ["addresses", "gateway", "routes"] where node?[key] != nil {
                error(
                    at: place(key, in: node), "\(what) has the method \(settings.method) and cannot have \"\(key)\"",
                    hint: "write \"method: static\", or leave it out")
            }
            return
        }
        if settings.isStatic, node?["addresses"] == nil || node?["addresses"]?.sequence?.isEmpty ?? false {
            error(
                at: place("method", in: node), "\(what) has the method static, but no address",
                hint: "add \"addresses\", or write \"method: \(settings.family == .v4 ? "dhcp" : "automatic")\"")
        }
        for address in settings.addresses { check(address, node) }
        // With an unreadable address nobody can say what is in no subnet.
        let isWhole = settings.addresses.count == node?["addresses"]?.sequence?.count ?? 0
        if let gateway = settings.gateway { check(gateway, settings, what, isWhole, node) }
        for (index, route) in settings.routes.enumerated() {
            let places = node?["routes"]?.sequence ?? []
            let isAligned = places.count == settings.routes.count
            check(route, settings, what, isWhole, isAligned ? places[index] : node?["routes"])
        }
    }

    private func check(_ prefix: IPPrefix, _ node: Document.Node?) {
        let place = place(of: prefix.description, in: node?["addresses"])
        let address = prefix.address
        if address.isUnspecified || address.isMulticast || address.isLoopback {
            error(at: place, "\(address) cannot be the address of an interface")
        } else if prefix.length == 0 {
            error(
                at: place, "\(prefix) would take the whole Internet for this link",
                hint: "the length is that of the subnet")
        } else if address.family == .v4, prefix.length < 31 {
            if prefix.network == address {
                error(
                    at: place, "\(prefix) is a network, not an address in it", hint: "for example: \(successor(prefix))"
                )
            } else if isBroadcast(prefix) {
                error(at: place, "\(prefix) is the broadcast address of its subnet")
            }
        }
    }

    private func successor(_ prefix: IPPrefix) -> String {
        var bytes = prefix.address.bytes
        bytes[bytes.count - 1] += 1
        return "\(IPAddress(bytes: bytes)?.description ?? "")/\(prefix.length)"
    }

    private func isBroadcast(_ prefix: IPPrefix) -> Bool {
        let value = prefix.address.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return value & (UInt32.max >> UInt32(prefix.length)) == UInt32.max >> UInt32(prefix.length)
    }

    private func check(
        _ gateway: IPAddress, _ settings: FamilySettings, _ what: String, _ isWhole: Bool, _ node: Document.Node?
    ) {
        let place = place("gateway", in: node)
        if settings.addresses.contains(where: { $0.address == gateway }) {
            error(at: place, "the gateway \(gateway) is an address of this interface")
        } else if isWhole, settings.isStatic, !settings.addresses.isEmpty, !settings.reaches(gateway) {
            let subnets = settings.addresses.map { "\($0.network)/\($0.length)" }.joined(separator: ", ")
            error(
                at: place, "the gateway \(gateway) is in no subnet of \(what)",
                hint:
                    "subnets here: \(subnets)\(settings.family == .v6 ? "; a link-local gateway is always allowed" : "")"
            )
        } else if !settings.isStatic, settings.addresses.isEmpty {
            error(
                at: place, "\(what) has the method \(settings.method), which brings its own gateway",
                hint: "write \"method: static\" with \"addresses\", or leave \"gateway\" out")
        }
    }

    private func check(
        _ route: RouteSettings, _ settings: FamilySettings, _ what: String, _ isWhole: Bool, _ node: Document.Node?
    ) {
        if route.destination.length == 0 {
            error(
                at: place("to", in: node), "\(route.destination) is the default route",
                hint: "write it as \"gateway\"")
        } else if route.destination.network != route.destination.address {
            error(
                at: place("to", in: node), "the network \(route.destination) has bits of a host",
                hint: "did you mean \(route.destination.network)/\(route.destination.length)?")
        }
        if let router = route.gateway, isWhole, settings.isStatic, !settings.reaches(router) {
            error(at: place("via", in: node), "the router \(router) is in no subnet of \(what)")
        }
    }

    /// What two interfaces cannot both have.
    func checkAcross(_ all: [InterfaceSettings]) {
        var addresses: [IPAddress: String] = [:]
        var matches: [InterfaceMatch: String] = [:]
        var gateways: [IPAddress.Family: String] = [:]
        for interface in all {
            let node = interfaces[interface.name]
            if interface.isCard, let match = Optional(interface.match ?? .name(interface.name)),
                let other = matches.updateValue(interface.name, forKey: match)
            {
                error(
                    at: place(interface.match == nil ? "name" : "match", in: node),
                    "\"\(interface.name)\" and \"\(other)\" match the same card",
                    hint: match == .link ? "only one interface can be the first card with a carrier" : nil)
            }
            let families = [interface.ipv4.map(FamilySettings.init), interface.ipv6.map(FamilySettings.init)]
            for settings in families.compactMap({ $0 }) where !settings.isBare {
                let part = node?[settings.family == .v4 ? "ipv4" : "ipv6"]
                for prefix in settings.addresses {
                    guard let other = addresses.updateValue(interface.name, forKey: prefix.address) else { continue }
                    error(
                        at: place(of: prefix.description, in: part?["addresses"]),
                        other == interface.name
                            ? "\(prefix.address) is given twice to \"\(interface.name)\""
                            : "\(prefix.address) is an address of \"\(other)\" already")
                }
                guard settings.gateway != nil, settings.routeMetric == nil else { continue }
                if let other = gateways.updateValue(interface.name, forKey: settings.family) {
                    diagnostics.warning(
                        at: place("gateway", in: part),
                        "\"\(interface.name)\" and \"\(other)\" both have a gateway for \(settings.family.name)",
                        hint: "say with \"route-metric\" which one is preferred")
                }
            }
        }
    }

    /// The management interface exists and can have an address.
    func checkManagement() {
        guard let name = configuration.network.management else { return }
        let place = place("network", "management")
        guard interfaces[name] != nil else {
            // Without a list every card is configured by itself, under the kernel's name.
            if !names.isEmpty || tree["network"]?["interfaces"] != nil {
                error(
                    at: place, "the management interface \"\(name)\" is not among the interfaces",
                    hint: hint(forUnknown: name))
            }
            return
        }
        guard let interface = configuration.network[name] else { return }
        if let upper = configuration.network.controller(of: name) {
            error(
                at: place, "the management interface \"\(name)\" belongs to \"\(upper.name)\" and has no address",
                hint: "write \"management: \(upper.name)\"")
        } else if configuration.network.ipv4(of: interface).method == .disabled,
            [.disabled, .linkLocal].contains(configuration.network.ipv6(of: interface).method)
        {
            error(
                at: place, "the management interface \"\(name)\" has no address",
                hint: "give it \"ipv4\" or \"ipv6\"")
        }
    }
}
