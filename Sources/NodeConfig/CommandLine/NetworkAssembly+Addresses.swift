/// Addresses, routes and name servers.
extension NetworkAssembly {
    /// Addresses of one family that an interface can have here.
    private static let addressLimit = 64

    mutating func applyAddresses() {
        var usesMask = false
        var usesGateway = false
        var dynamic: [String] = []
        for said in words.addresses {
            var said = said
            if said.interface == nil, said.isPlain, startInterface == nil, described.isEmpty {
                // Every card, as without the word; no interface is described.
                applyServers(said)
                continue
            }
            guard let name = target(said.interface, said.word) else { continue }
            if said.interface == nil, said.address?.family == .v4 {
                if said.prefix == nil, let netmask = words.netmask {
                    said.prefix = netmask.value
                    usesMask = true
                }
                if said.gateway == nil, let gateway = words.gateway, gateway.value.family == .v4 {
                    said.gateway = gateway.value
                    usesGateway = true
                }
            }
            apply(said, to: name)
            if said.methods.contains(.dhcp) { dynamic.append(name) }
        }
        if let netmask = words.netmask, !usesMask { noteUnused(netmask.word) }
        if let gateway = words.gateway, !usesGateway { noteUnused(gateway.word) }
        // With DHCPv4 comes IPv6 as routers announce it, unless another word speaks of IPv6.
        for name in dynamic where interfaces[name]?.ipv6 == nil {
            interfaces[name]?.ipv6 = IPv6Settings(method: .automatic)
        }
    }

    private mutating func noteUnused(_ word: Word) {
        reader.warning(
            word, "\(word.name)= is not used: no ip= gives an address without naming an interface and needs it",
            hint: "write ip=ADDRESS beside it")
    }

    private mutating func apply(_ said: NetworkWords.Addresses, to name: String) {
        applyServers(said)
        if let size = said.mtu { interfaces[name]?.mtu = size }
        if let address = said.hardwareAddress { interfaces[name]?.assignedMAC = address }
        if let address = said.address {
            guard let length = said.prefix, let prefix = IPPrefix(address, length: length) else {
                reader.error(
                    said.word, at: said.word.content, "the address \(address) has no mask",
                    hint: "write ip=\(address)/24, or add netmask=255.255.255.0")
                return
            }
            setStatic(prefix, said.gateway, name, said.word)
        }
        for method in said.methods {
            switch method {
            case .dhcp: setIPv4(IPv4Settings(method: .dhcp), name, said.word)
            case .automatic6: setIPv6(IPv6Settings(method: .automatic), name, said.word)
            case .linkLocal6: setIPv6(IPv6Settings(method: .linkLocal), name, said.word)
            case .linkLocal:
                reader.error(
                    said.word, "link-local IPv4 addresses are not supported", hint: "write link6 for those of IPv6")
            case .off where said.address == nil:
                setIPv4(IPv4Settings(method: .disabled), name, said.word)
                setIPv6(IPv6Settings(method: .disabled), name, said.word)
            case .off: break
            }
        }
    }

    private mutating func applyServers(_ said: NetworkWords.Addresses) {
        if let hostname = said.hostname { reader.hostnameOfAddress = hostname }
        for server in said.nameservers { addNameserver(server) }
        if let server = said.timeserver { reader.addTimeserver(server) }
    }

    private mutating func setStatic(_ prefix: IPPrefix, _ gateway: IPAddress?, _ name: String, _ word: Word) {
        let family = prefix.address.family
        let existing: (isStatic: Bool, addresses: [IPPrefix], gateway: IPAddress?)?
        if family == .v4 {
            existing = interfaces[name]?.ipv4.map { ($0.method == .static, $0.addresses, $0.gateway) }
        } else {
            existing = interfaces[name]?.ipv6.map { ($0.method == .static, $0.addresses, $0.gateway) }
        }
        if let existing {
            guard existing.isStatic else { return noteConflict(name, family, word) }
            if let other = existing.gateway, let gateway, other != gateway {
                reader.error(word, "\(name) has the gateway \(other) already")
                return
            }
            if existing.addresses.contains(prefix) { return }
            guard existing.addresses.count < Self.addressLimit else {
                reader.error(word, "\(name) has \(Self.addressLimit) \(family.name) addresses already")
                return
            }
        }
        addressWords[name, default: [:]][family] = addressWords[name]?[family] ?? word
        let addresses = (existing?.addresses ?? []) + [prefix]
        if let gateway, !(gateway.isLinkLocal && family == .v6), !addresses.contains(where: { $0.contains(gateway) }) {
            reader.error(
                word, "the gateway \(gateway) is not in the network of \(prefix)",
                hint: "the network is \(prefix.network)/\(prefix.length)")
            return
        }
        if family == .v4 {
            var settings = IPv4Settings(method: .static)
            settings.addresses = addresses
            settings.gateway = existing?.gateway ?? gateway
            interfaces[name]?.ipv4 = settings
        } else {
            var settings = IPv6Settings(method: .static)
            settings.addresses = addresses
            settings.gateway = existing?.gateway ?? gateway
            interfaces[name]?.ipv6 = settings
        }
    }

    private mutating func setIPv4(_ settings: IPv4Settings, _ name: String, _ word: Word) {
        if let existing = interfaces[name]?.ipv4 {
            if existing.method != settings.method { noteConflict(name, .v4, word) }
            return
        }
        addressWords[name, default: [:]][.v4] = word
        interfaces[name]?.ipv4 = settings
    }

    private mutating func setIPv6(_ settings: IPv6Settings, _ name: String, _ word: Word) {
        if let existing = interfaces[name]?.ipv6 {
            if existing.method != settings.method { noteConflict(name, .v6, word) }
            return
        }
        addressWords[name, default: [:]][.v6] = word
        interfaces[name]?.ipv6 = settings
    }

    private mutating func noteConflict(_ name: String, _ family: IPAddress.Family, _ word: Word) {
        let other = addressWords[name]?[family]
        reader.error(
            word,
            "\(other.map { "word \($0.number)" } ?? "another word") says already how \(name) gets its \(family.name) addresses",
            hint: "give each interface one method for each family")
    }

    /// `ipv6=` of legacy oVirt Node, where IPv4 is by DHCP unless an address is given.
    mutating func applyIPv6() {
        guard let said = words.ipv6, let name = target(nil, said.word) else { return }
        if interfaces[name]?.ipv4 == nil, interfaces[name]?.ipv6 == nil {
            interfaces[name]?.ipv4 = IPv4Settings(method: .dhcp)
        }
        let method: IPv6Settings.Method =
            switch said.value {
            case .dhcp: .dhcp
            case .automatic: .automatic
            case .off: .disabled
            }
        // ip=dhcp alone brings IPv6 as routers announce it; this word is the more exact one.
        if addressWords[name]?[.v6] == nil { interfaces[name]?.ipv6 = nil }
        setIPv6(IPv6Settings(method: method), name, said.word)
    }

    mutating func applyRoutes() {
        guard !words.routes.isEmpty else { return }
        let (networks, lengths) = networks()
        for route in words.routes {
            var near: String?
            if let gateway = route.gateway, route.interface == nil {
                near =
                    lengths.lazy.compactMap { length in
                        IPPrefix(gateway, length: length).flatMap { IPPrefix($0.network, length: length) }
                            .flatMap { networks[$0] }
                    }.first
            }
            guard let name = near ?? target(route.interface.map { .name($0) }, route.word) else { continue }
            add(RouteSettings(destination: route.destination, gateway: route.gateway), to: name, route.word)
        }
    }

    /// The interface of each network in which there is a fixed address, and the lengths of their prefixes, longest first.
    private func networks() -> ([IPPrefix: String], [Int]) {
        var networks: [IPPrefix: String] = [:]
        var lengths: Set<Int> = []
        for name in order {
            let addresses = (interfaces[name]?.ipv4?.addresses ?? []) + (interfaces[name]?.ipv6?.addresses ?? [])
            for prefix in addresses {
                guard let network = IPPrefix(prefix.network, length: prefix.length), networks[network] == nil else {
                    continue
                }
                networks[network] = name
                lengths.insert(prefix.length)
            }
        }
        return (networks, lengths.sorted(by: >))
    }

    private mutating func add(_ route: RouteSettings, to name: String, _ word: Word) {
        // A route alone switches nothing off.
        if interfaces[name]?.ipv4 == nil, interfaces[name]?.ipv6 == nil {
            interfaces[name]?.ipv4 = IPv4Settings(method: .dhcp)
            interfaces[name]?.ipv6 = IPv6Settings(method: .automatic)
        }
        let family = route.destination.address.family
        let isOn =
            family == .v4
            ? interfaces[name]?.ipv4.map { $0.method != .disabled }
            : interfaces[name]?.ipv6.map { $0.method != .disabled }
        guard isOn == true else {
            reader.error(word, "\(name) has no \(family.name) addresses, so it can have no \(family.name) route")
            return
        }
        if family == .v4 {
            interfaces[name]?.ipv4?.routes.append(route)
        } else {
            interfaces[name]?.ipv6?.routes.append(route)
        }
    }

    mutating func applyNameservers() {
        for server in words.nameservers { addNameserver(server) }
        if let word = words.noOfferedNameservers, reader.configuration.dns.servers.isEmpty {
            reader.warning(
                word, "this has no effect: no other name servers are given", hint: "add nameserver=ADDRESS")
        }
    }

    private mutating func addNameserver(_ server: IPAddress) {
        if seenNameservers.insert(server).inserted { reader.configuration.dns.servers.append(server) }
    }
}
