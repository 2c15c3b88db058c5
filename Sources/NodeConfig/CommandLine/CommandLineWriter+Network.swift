extension CommandLineWriter {
    /// The network in dracut's words: interfaces first, then what they carry.
    struct Network {
        let settings: NetworkSettings
        /// The words.
        private(set) var words: [String] = []
        /// The paths of what they do not say.
        private(set) var missing: [String] = []

        /// What the words call each interface; one that no word can make is absent.
        var names: [String: String] = [:]
        /// The interface that is the first card with a carrier, if that can be said.
        var link: String?
        /// The interface that is meant by words that name none.
        var main: String?
        /// What other interfaces of the words are built on.
        var lower: Set<String> = []
        /// Those of them that are members of bonds or ports of bridges.
        var ports: Set<String> = []

        init(_ settings: NetworkSettings) {
            self.settings = settings
            let given = settings.management == nil ? [] : ["network.management"]
            guard !settings.interfaces.isEmpty else {
                // A word about it would describe an interface, and the other cards would be left alone.
                missing = given
                return
            }
            nameInterfaces()
            for interface in settings.interfaces where names[interface.name] != nil {
                lower.formUnion(interface.lowers)
                if interface.vlan == nil { ports.formUnion(interface.lowers) }
            }
            chooseLink()
            let start = chooseMain()
            if let management = settings.management, names[management] == nil { missing = given }
            write(after: start)
            // Too many interfaces or too long a line: what the reader refuses is not written.
            if CommandLineReading(KernelCommandLine(words.joined(separator: " "))).hasErrors {
                words = []
                missing = given + ["network.interfaces"]
            }
        }

        private mutating func write(after start: [String]) {
            var described: [String] = []
            var addresses: [String] = []
            var routes: [String] = []
            for (index, interface) in settings.interfaces.enumerated() {
                let path = "network.interfaces[\(index)]"
                guard let name = names[interface.name] else {
                    missing.append(path)
                    continue
                }
                for part in [description(of: interface, name), carried(by: interface, name)] {
                    described += part.described
                    addresses += part.addresses
                    routes += part.routes
                    missing += part.missing.map { "\(path).\($0)" }
                }
            }
            let ipv6 = settings.interfaces.first { $0.name == main }.flatMap(ipv6Word)
            words = start + described + addresses + (ipv6.map { ["ipv6=\($0)"] } ?? []) + routes
        }
    }
}

extension CommandLineWriter.Network {
    /// What an aspect of one interface gives.
    struct Part {
        var described: [String] = []
        var addresses: [String] = []
        var routes: [String] = []
        /// Paths below the interface's.
        var missing: [String] = []
    }

    /// An address as it stands between colons.
    static func field(_ address: IPAddress) -> String {
        address.family == .v6 ? "[\(address)]" : address.description
    }

    static func field(_ host: HostAddress) -> String {
        if case .address(let address) = host { field(address) } else { host.description }
    }

    /// Finds a name for each interface that a word can make.
    private mutating func nameInterfaces() {
        var taken = Set(settings.interfaces.map(\.name))
        for interface in settings.interfaces where interface.vlan == nil {
            // Without ports `bond=` and `bridge=` would take some of their own choice.
            if !interface.isCard, interface.lowers.isEmpty { continue }
            names[interface.name] = interface.name
            if case .name(let kernel) = interface.match, taken.insert(kernel).inserted {
                names[interface.name] = kernel
            }
        }
        for interface in settings.interfaces {
            guard let vlan = interface.vlan, let parent = names[vlan.parent] else { continue }
            let possible = [interface.name, "\(parent).\(vlan.id)", "vlan\(vlan.id)"]
            names[interface.name] = possible.first { name in
                Self.vlanID(name) == vlan.id && name.utf8.count <= 15
                    && (name == interface.name || taken.insert(name).inserted)
            }
        }
        // What is built on something that cannot be made cannot be made either.
        var count = 0
        repeat {
            count = names.count
            for interface in settings.interfaces where interface.lowers.contains(where: { names[$0] == nil }) {
                names[interface.name] = nil
            }
        } while names.count != count
    }

    /// The number that the name of a VLAN says: `eno1.5`, `eno1.0005`, `vlan5` or `vlan0005`.
    private static func vlanID(_ name: String) -> Int? {
        let digits =
            name.lastIndex(of: ".").map { name[name.index(after: $0)...] }
            ?? (name.hasPrefix("vlan") ? name.dropFirst(4) : "")
        return Piece(text: String(digits), offset: 0).number(in: 1...4094)
    }

    /// Bonds, bridges and VLANs on which nothing is built.
    private var tops: [String] {
        settings.interfaces.filter { !$0.isCard && names[$0.name] != nil && !lower.contains($0.name) }.map(\.name)
    }

    /// Decides whether a card can be the first with a carrier: `single-dhcp` says so, and so do words that name no
    /// interface when they can mean no other.
    private mutating func chooseLink() {
        guard let card = settings.interfaces.first(where: { $0.isCard && $0.match == .link }) else { return }
        let isFree = card.name == "link" || !names.values.contains("link") && settings["link"] == nil
        let isMeant = tops.isEmpty && (settings.management ?? card.name) == card.name
        guard isFree, !lower.contains(card.name), isMeant || settings.ipv4(of: card).method == .dhcp else { return }
        link = card.name
        names[card.name] = "link"
    }

    /// Whether the words for an interface do not name it.
    func isNameless(_ interface: InterfaceSettings) -> Bool {
        interface.name == link && settings.ipv4(of: interface).method != .dhcp
    }

    /// Finds the interface that words without a name mean, and the words that say so.
    private mutating func chooseMain() -> [String] {
        let tops = self.tops
        main = tops.count == 1 ? tops[0] : tops.isEmpty ? link : nil
        let carriers = settings.interfaces.filter {
            names[$0.name] != nil
                && (settings.ipv4(of: $0).method != .disabled || settings.ipv6(of: $0).method != .disabled)
        }
        let isTaken = settings.interfaces.contains(where: isNameless)
        let start: InterfaceSettings
        if let management = settings.management, let interface = settings[management] {
            start = interface
        } else if carriers.count == 1, carriers[0].name != main, ipv6Word(carriers[0]) != nil, !isTaken {
            // It is the management interface whether that is said or not.
            start = carriers[0]
        } else {
            return []
        }
        guard let name = names[start.name] else { return [] }
        main = start.name
        return [isNameless(start) ? "ksdevice=link" : "bootdev=\(name)"]
    }

    /// The word that makes an interface what it is.
    private func description(of interface: InterfaceSettings, _ name: String) -> Part {
        var part = Part()
        let lowers = interface.lowers.map { names[$0] ?? $0 }.joined(separator: ",")
        if interface.vlan != nil {
            if name != interface.name { part.missing.append("name") }
            part.described = ["vlan=\(name):\(lowers)"]
        } else if let bond = interface.bond {
            let (options, missing) = options(of: bond)
            let size = saidMTU(of: interface).map { ":\($0)" } ?? ""
            part.described = ["bond=\(name):\(lowers):\(options.joined(separator: ","))\(size)"]
            part.missing = missing.map { "bond.options.\($0)" }
        } else if let bridge = interface.bridge {
            part.described = ["bridge=\(name):\(lowers)"]
            if bridge.spanningTree == true { part.missing.append("bridge.spanning-tree") }
            if bridge.forwardDelay != nil { part.missing.append("bridge.forward-delay") }
        } else if case .mac(let address) = interface.match {
            part.described = ["ifname=\(name):\(address)"]
        } else {
            let isFound =
                switch interface.match {
                case .name(let kernel): kernel == name
                case .link: interface.name == link
                case .path: false
                case .mac, nil: true
                }
            if !isFound { part.missing.append("match") }
        }
        return part
    }

    /// Options as the words write them, and those that cannot be written.
    private func options(of bond: BondSettings) -> ([String], missing: [String]) {
        // Colons separate the fields of the word.
        var missing = bond.options.filter { $0.value.utf8.contains(UInt8(ascii: ":")) }.keys.sorted()
        if missing.contains("arp_ip_target"), bond.options["arp_interval"] != nil {
            missing = (missing + ["arp_interval"]).sorted()
        }
        var options = ["mode=\(bond.mode.rawValue)"]
        if let miimon = bond.miimon { options.append("miimon=\(miimon)") }
        if let primary = bond.primary { options.append("primary=\(names[primary] ?? primary)") }
        for (name, value) in bond.options.sorted(by: { $0.key < $1.key }) where !missing.contains(name) {
            options.append("\(name)=\(value.replacing(",", with: ";"))")
        }
        return (options, missing)
    }
}

extension InterfaceSettings {
    /// The names of the interfaces that it is built on.
    fileprivate var lowers: [String] {
        (bond?.members ?? []) + (bridge?.ports ?? []) + (vlan.map { [$0.parent] } ?? [])
    }
}
