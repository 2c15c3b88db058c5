/// Which interface is meant where none is named.
extension NetworkAssembly {
    /// The words that name the interface for everything else, the strongest first.
    var startInterface: NetworkWords.Said<InterfaceReference>? {
        words.bootDevice ?? words.kickstartDevice ?? (words.ignoresBootInterface ? nil : words.bootInterface)
    }

    /// What nothing else is built on, of the interfaces that words describe.
    private var tops: [String] { order.filter { described[$0] != nil && !lower.contains($0) } }

    /// The interface for a word that names none.
    ///
    /// That of `bootdev=`, `ksdevice=` or `BOOTIF=`; where that is a port, its bond or bridge. A hardware address or `link` only
    /// says where the machine was started from: the one bond, bridge or VLAN that is described counts more.
    mutating func main(for word: Word) -> String? {
        if let mainInterface { return mainInterface }
        if isMainUnclear { return nil }
        let tops = self.tops
        let start = startInterface?.value
        if let start, case .name = start {
            mainInterface = topmost(name(of: start))
        } else if let start, case .hardwareAddress(let address) = start, let name = namesByAddress[address] {
            mainInterface = topmost(name)
        } else if tops.count == 1 {
            mainInterface = tops[0]
        } else if tops.isEmpty {
            mainInterface = name(of: start ?? .link)
        } else {
            isMainUnclear = true
            reader.error(
                word, "it is not clear which interface is meant: \(tops.prefix(4).joined(separator: ", "))",
                hint: "name it in the word, or with bootdev=")
        }
        return mainInterface
    }

    /// The bond or bridge that an interface ends up in.
    private func topmost(_ name: String) -> String {
        var name = name
        // A bridge over a bond is as deep as it gets; more steps would be a circle.
        for _ in 0..<4 { name = controllers[name] ?? name }
        return name
    }

    /// The interface that a word means and that may carry addresses; notes a mistake and gives nil when there is none.
    mutating func target(_ reference: InterfaceReference?, _ word: Word) -> String? {
        guard let reference else { return main(for: word).map { vlansByParent[$0] ?? $0 } }
        let name = name(of: reference)
        if let controller = controllers[name] {
            reader.error(
                word, "\(name) is a port of \(controller) and carries no addresses itself",
                hint: "give the addresses to \(controller)")
            return nil
        }
        return name
    }

    /// The management interface, and a card for a `BOOTIF=` that no other word speaks of.
    mutating func applyStart() {
        guard let start = startInterface else { return }
        if mainInterface == nil {
            // Without any other word the card itself is the configuration; beside descriptions, only what is named.
            var isNamed = words.bootDevice != nil
            if case .name = start.value { isNamed = true }
            let isDescribed = !described.isEmpty || words.addresses.contains { $0.interface != nil }
            guard isNamed || !isDescribed, main(for: start.word) != nil else { return }
        }
        guard let name = mainInterface.map({ vlansByParent[$0] ?? $0 }) else { return }
        // Nobody can be served by an interface that is switched off (ip=off).
        let isOff = interfaces[name]?.ipv4?.method == .disabled && interfaces[name]?.ipv6?.method == .disabled
        if !isOff { reader.configuration.network.management = name }
    }

    /// Whether the words say no more than from where the machine was started, as PXELINUX and iPXE do.
    var isImplied: Bool {
        guard case .hardwareAddress = startInterface?.value, words.bootDevice == nil, words.kickstartDevice == nil
        else {
            return false
        }
        return described.isEmpty && words.names.isEmpty && words.routes.isEmpty && words.ipv6 == nil
            && words.bridgedLayout == nil && words.vlans.isEmpty
            && words.addresses.allSatisfy { $0.interface == nil && $0.isPlain }
    }

    /// `network_layout=bridged`
    mutating func applyLayout() {
        guard let word = words.bridgedLayout, let main = main(for: word) else { return }
        let port = vlansByParent[main] ?? main
        guard interfaces[port]?.bridge == nil else { return }
        let name = "br" + (port.utf8.count > 13 ? String(port.utf8.suffix(13)) ?? "mgmt" : port)
        guard described[name] == nil, interfaces[name] == nil else {
            reader.error(word, "\(name) exists already, so \(port) cannot become the port of a bridge of that name")
            return
        }
        guard let lower = interfaces[port] else { return }
        need(name)
        interfaces[name]?.bridge = BridgeSettings(ports: [port])
        interfaces[name]?.ipv4 = lower.ipv4
        interfaces[name]?.ipv6 = lower.ipv6
        interfaces[name]?.mtu = lower.mtu
        interfaces[port]?.ipv4 = nil
        interfaces[port]?.ipv6 = nil
        reader.configuration.network.management = name
    }
}
