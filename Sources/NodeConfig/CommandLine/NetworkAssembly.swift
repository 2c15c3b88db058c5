/// Brings together what the words say about networking: interfaces first, then what they carry.
///
/// Interfaces are found by name in dictionaries, so that the work grows with the number of words and no faster.
struct NetworkAssembly {
    typealias Word = KernelCommandLine.Word

    let words: NetworkWords
    var reader: CommandLineReader
    var interfaces: [String: InterfaceSettings] = [:]
    /// Names in the order in which interfaces were first needed.
    var order: [String] = []
    /// The words that describe bonds, VLANs and bridges.
    var described: [String: Word] = [:]
    /// The bond or bridge of each port.
    var controllers: [String: String] = [:]
    /// What other interfaces are built on: ports, and parents of VLANs.
    var lower: Set<String> = []
    /// The name for each hardware address.
    var namesByAddress: [MACAddress: String] = [:]
    /// VLANs of legacy oVirt Node by their parents: they carry the parent's addresses.
    var vlansByParent: [String: String] = [:]
    /// The interface for words that name none; found when first needed.
    var mainInterface: String?
    var isMainUnclear = false
    /// The words that give an interface its addresses, by interface and family.
    var addressWords: [String: [IPAddress.Family: Word]] = [:]
    var seenNameservers: Set<IPAddress> = []

    init(_ words: NetworkWords, reader: CommandLineReader) {
        self.words = words
        self.reader = reader
    }

    /// Puts everything into the reader's configuration.
    mutating func run() {
        nameCards()
        describeInterfaces()
        refuseCircles()
        applyAddresses()
        applyIPv6()
        applyRoutes()
        applyNameservers()
        applyStart()
        applyLayout()
        reader.configuration.network.interfaces = order.compactMap { interfaces[$0] }
        reader.networkIsImplied = isImplied
    }

    /// The interface of a name, made as a card when there is none yet.
    mutating func need(_ name: String) {
        guard interfaces[name] == nil else { return }
        interfaces[name] = InterfaceSettings(name: name)
        order.append(name)
    }

    /// The name of the interface that is meant.
    mutating func name(of reference: InterfaceReference) -> String {
        switch reference {
        case .name(let name):
            need(name)
            return name
        case .link:
            if interfaces["link"] == nil {
                need("link")
                interfaces["link"]?.match = .link
            }
            return "link"
        case .hardwareAddress(let address):
            if let name = namesByAddress[address] { return name }
            // As long as a name may be; the longer addresses of InfiniBand differ at their end.
            let digits = address.description.filter { $0 != ":" }.suffix(12)
            let name = "nic" + digits
            need(name)
            interfaces[name]?.match = .mac(address)
            namesByAddress[address] = name
            return name
        }
    }

    private mutating func nameCards() {
        var given: [String: MACAddress] = [:]
        for said in words.names {
            let (name, address) = said.value
            if let other = given[name], other != address {
                reader.error(said.word, "\(name) is already the name of the card \(other)")
            } else if let other = namesByAddress[address], other != name {
                reader.error(said.word, "the card \(address) is already called \(other)")
            } else {
                given[name] = address
                namesByAddress[address] = name
                need(name)
                interfaces[name]?.match = .mac(address)
            }
        }
    }

    private mutating func describeInterfaces() {
        for bond in words.bonds where claim(bond.name, bond.word) {
            let ports = bond.ports.map { name(of: $0) }
            guard take(ports, into: bond.name, bond.word) else { continue }
            let settings = settings(of: bond, ports)
            interfaces[bond.name]?.bond = settings
            interfaces[bond.name]?.mtu = bond.mtu
        }
        for bridge in words.bridges where claim(bridge.name, bridge.word) {
            let ports = bridge.ports.map { name(of: $0) }
            guard take(ports, into: bridge.name, bridge.word) else { continue }
            interfaces[bridge.name]?.bridge = BridgeSettings(ports: ports)
        }
        for vlan in words.vlans {
            guard let name = vlan.name, let parent = vlan.parent, claim(name, vlan.word) else { continue }
            add(vlan, name: name, parent: parent)
        }
        for vlan in words.vlans where vlan.name == nil {
            guard let parent = vlan.parent ?? main(for: vlan.word) else { continue }
            if let other = vlansByParent[parent] {
                reader.error(
                    vlan.word, "\(parent) has the VLAN \(other) already, which carries its addresses",
                    hint: "write several VLANs in dracut's form: vlan=\(parent).\(vlan.id):\(parent)")
                continue
            }
            let long = "\(parent).\(vlan.id)"
            let name = long.utf8.count <= 15 ? long : "vlan\(vlan.id)"
            guard claim(name, vlan.word) else { continue }
            vlansByParent[parent] = name
            add(vlan, name: name, parent: parent)
        }
    }

    private mutating func add(_ vlan: NetworkWords.VLAN, name: String, parent: String) {
        need(parent)
        lower.insert(parent)
        interfaces[name]?.vlan = VLANSettings(id: vlan.id, parent: parent)
    }

    /// Makes an interface that a word describes; a name is described once.
    private mutating func claim(_ name: String, _ word: Word) -> Bool {
        if let other = described[name] {
            reader.error(word, "\(name) is described by word \(other.number) already")
            return false
        }
        if interfaces[name]?.match != nil {
            reader.error(word, "\(name) is the name of a card already (ifname=)")
            return false
        }
        described[name] = word
        need(name)
        return true
    }

    /// Makes interfaces the ports of a bond or bridge; each belongs to one.
    private mutating func take(_ ports: [String], into controller: String, _ word: Word) -> Bool {
        for port in ports {
            guard port != controller else {
                reader.error(word, "\(controller) cannot be its own port")
                return false
            }
            if let other = controllers[port] {
                reader.error(word, "\(port) belongs to \(other) already")
                return false
            }
        }
        for port in ports {
            controllers[port] = controller
            lower.insert(port)
        }
        return true
    }

    private mutating func settings(of bond: NetworkWords.Bond, _ ports: [String]) -> BondSettings {
        var settings = BondSettings(members: ports)
        let names = Set(ports)
        for (name, value) in bond.options {
            switch name {
            case "mode": settings.mode = BondSettings.Mode(rawValue: value) ?? settings.mode
            case "miimon": settings.miimon = Int(value)
            case "primary":
                if !names.contains(value) {
                    reader.error(bond.word, "the preferred port \(value) is not one of \(bond.name)'s ports")
                } else {
                    settings.primary = value
                }
            default: settings.options[name] = value
            }
        }
        return settings
    }

    /// Interfaces that are built on each other: none of them could ever be made.
    private mutating func refuseCircles() {
        var lowers: [String: [String]] = [:]
        var uppers: [String: [String]] = [:]
        for name in order {
            let interface = interfaces[name]
            var below = (interface?.bond?.members ?? []) + (interface?.bridge?.ports ?? [])
            if let vlan = interface?.vlan { below.append(vlan.parent) }
            lowers[name] = below
            for lower in below { uppers[lower, default: []].append(name) }
        }
        // Taken away from below; what is left stands on itself.
        var open = lowers.mapValues(\.count)
        var free = order.filter { open[$0] == 0 }
        while let name = free.popLast() {
            open[name] = nil
            for upper in uppers[name] ?? [] {
                open[upper, default: 1] -= 1
                if open[upper] == 0 { free.append(upper) }
            }
        }
        for name in order where open[name] != nil {
            if let word = described[name] { reader.error(word, "\(name) is built on itself") }
        }
    }
}
