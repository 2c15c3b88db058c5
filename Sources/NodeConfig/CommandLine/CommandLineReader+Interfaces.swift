import Document

/// `bond=`, `vlan=`, `bridge=`, `ifname=` and the words that choose an interface.
extension CommandLineReader {
    /// Names and numbers of the bonding driver's modes, as the kernel takes them.
    private static let bondModes = BondSettings.Mode.allCases.map(\.rawValue)

    private static let bondOptions = BondSettings.optionRules.keys.sorted() + ["miimon", "mode", "primary"]

    /// The words behind the numbers that the driver takes for some options, where they are not in the order of the rule.
    private static let bondWords = [
        "lacp_active": ["off", "on"],
        "xmit_hash_policy": ["layer2", "layer3+4", "layer2+3", "encap2+3", "encap3+4", "vlan+srcmac"],
    ]

    /// `bond=NAME[:PORT,PORT[:OPTION=VALUE,…[:MTU]]]`, and `bond_setup=` the same.
    mutating func readBond(_ word: Word) {
        var fields = word.content.split(":", keepsBrackets: true)
        // dracut's manual page and legacy oVirt Node's comments print a further colon before the options.
        if fields.count > 3, fields[2].isEmpty, fields[3].text.contains("=") { fields.remove(at: 2) }
        guard fields.count <= 4 else {
            error(
                word, at: fields[4], "nothing may follow the MTU", hint: "write bond=NAME:PORT,PORT:mode=802.3ad:9000")
            return
        }
        // Without anything dracut makes bond0 of eth0 and eth1.
        let isBare = fields[0].isEmpty && fields.count == 1
        guard let name = isBare ? "bond0" : interfaceName(fields[0], of: word) else { return }
        guard fields.count > 1 else {
            warning(
                word, "no ports are named, so \(name) is made of eth0 and eth1 and takes turns, as dracut does",
                hint: "name them: bond=\(name):eno1,eno2:mode=active-backup")
            network.bonds.append(
                .init(
                    word: word, name: name, ports: [.name("eth0"), .name("eth1")],
                    options: [("mode", "balance-rr")], mtu: nil))
            return
        }
        guard let ports = ports(fields[1], of: word) else { return }
        var options: [(name: String, value: String)]? = []
        if fields.count > 2, !fields[2].isEmpty { options = bondOptions(fields[2], of: word) }
        var size: Int?
        if fields.count > 3, !fields[3].isEmpty {
            size = mtu(fields[3], of: word)
            if size == nil { return }
        }
        guard let options else { return }
        network.bonds.append(.init(word: word, name: name, ports: ports, options: options, mtu: size))
    }

    private mutating func bondOptions(_ field: Piece, of word: Word) -> [(name: String, value: String)]? {
        var options: [(name: String, value: String)] = []
        var isRight = true
        for piece in field.split(",") {
            guard let (name, value) = piece.cut("=") else {
                error(
                    word, at: piece, "\(piece.shown) is not an option of a bond",
                    hint: "options are written NAME=VALUE: mode=active-backup,miimon=100")
                isRight = false
                continue
            }
            if let option = bondOption(name, value, of: word) { options.append(option) } else { isRight = false }
        }
        return isRight ? options : nil
    }

    private mutating func bondOption(_ name: Piece, _ value: Piece, of word: Word) -> (name: String, value: String)? {
        switch name.text {
        case "mode":
            if let number = value.number(in: 0...6) { return ("mode", Self.bondModes[number]) }
            if Self.bondModes.contains(value.text) { return ("mode", value.text) }
            error(
                word, at: value, "\(value.shown) is not a mode of a bond",
                hint: "one of \(Self.bondModes.joined(separator: ", ")), or 0 to 6")
        case "miimon":
            if value.number(in: 0...60000) != nil { return ("miimon", value.text) }
            error(word, at: value, "\(value.shown) is not a number of milliseconds", hint: "0 to 60000")
        case "primary":
            return interfaceName(value, of: word).map { ("primary", $0) }
        default:
            guard let rule = BondSettings.optionRules[name.text] else {
                error(
                    word, at: name, "\(name.shown) is not an option of the bonding driver",
                    hint: nearest(to: name.text, among: Self.bondOptions).map { "did you mean \($0)?" })
                return nil
            }
            // Commas separate options here, and addresses for the kernel.
            var text = value.text.replacing(";", with: ",")
            if case .word(let words) = rule, let number = value.number(in: 0...15) {
                let words = Self.bondWords[name.text] ?? words
                if number < words.count { text = words[number] }
            }
            if rule.allows(text) { return (name.text, text) }
            error(word, at: value, "\(value.shown) is not a value of \(name.text): it takes \(rule.words)")
        }
        return nil
    }

    /// `bridge=NAME:PORT,PORT`
    mutating func readBridge(_ word: Word) {
        let fields = word.content.split(":")
        guard fields.count <= 2 else {
            error(word, at: fields[2], "nothing may follow the ports", hint: "write bridge=NAME:PORT,PORT")
            return
        }
        let isBare = fields[0].isEmpty && fields.count == 1
        guard let name = isBare ? "br0" : interfaceName(fields[0], of: word) else { return }
        guard fields.count > 1 else {
            warning(
                word, "no ports are named, so \(name) gets eth0, as dracut does",
                hint: "name them: bridge=\(name):eno1")
            network.bridges.append(.init(word: word, name: name, ports: [.name("eth0")]))
            return
        }
        guard let ports = ports(fields[1], of: word) else { return }
        network.bridges.append(.init(word: word, name: name, ports: ports))
    }

    /// `vlan=NAME:PARENT` of dracut or `vlan=ID[:PARENT]` of legacy oVirt Node: a name is never only digits.
    mutating func readVLAN(_ word: Word) {
        let fields = word.content.split(":")
        guard fields.count <= 2 else {
            error(
                word, at: fields[2], "nothing may follow the interface",
                hint: "write vlan=NAME:INTERFACE, such as vlan=eno1.5:eno1")
            return
        }
        let first = fields[0]
        let isLegacy = !first.isEmpty && first.text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isLegacy || fields.count == 2 else {
            error(
                word, at: first,
                first.isEmpty ? "the VLAN is missing" : "\(first.shown) is not the number of a VLAN",
                hint: "write vlan=NAME:INTERFACE, such as vlan=eno1.5:eno1, or vlan=5:eno1")
            return
        }
        let parent = fields.count > 1 ? interfaceName(fields[1], of: word) : nil
        guard fields.count == 1 || parent != nil else { return }
        if isLegacy {
            guard let id = vlanID(first.text, first, word) else { return }
            network.vlans.append(.init(word: word, name: nil, id: id, parent: parent))
            return
        }
        guard let name = interfaceName(first, of: word) else { return }
        // eth0.0005, eth0.5, vlan0005, vlan5
        let digits: Substring
        if let dot = name.lastIndex(of: ".") {
            digits = name[name.index(after: dot)...]
        } else {
            digits = name.hasPrefix("vlan") ? name.dropFirst(4) : ""
        }
        guard !digits.isEmpty, let id = vlanID(String(digits), first, word) else {
            if digits.isEmpty {
                error(
                    word, at: first, "\(first.shown) does not say the number of the VLAN",
                    hint: "a VLAN is named vlan5, vlan0005, INTERFACE.5 or INTERFACE.0005")
            }
            return
        }
        guard name != parent else {
            error(word, at: first, "\(first.shown) cannot be its own parent")
            return
        }
        network.vlans.append(.init(word: word, name: name, id: id, parent: parent))
    }

    private mutating func vlanID(_ digits: String, _ field: Piece, _ word: Word) -> Int? {
        if let id = Piece(text: digits, offset: 0).number(in: 1...4094) { return id }
        error(word, at: field, "\(Piece(text: digits, offset: 0).shown) is not the number of a VLAN", hint: "1 to 4094")
        return nil
    }

    /// `team=`
    mutating func refuseTeam(_ word: Word) {
        error(
            word, "teams are not supported: Fedora and its descendants have retired them",
            hint: "write a bond with the same ports: bond=NAME:PORT,PORT:mode=active-backup")
    }

    /// `ifname=NAME:MAC`
    mutating func readInterfaceName(_ word: Word) {
        guard let (first, second) = word.content.cut(":") else {
            error(
                word, at: word.content, "the hardware address is missing", hint: "write ifname=NAME:52:54:00:12:34:56")
            return
        }
        guard let name = interfaceName(first, of: word) else { return }
        guard let address = MACAddress(second.text), address.isUnicast else {
            error(
                word, at: second, "\(second.shown) is not a hardware address",
                hint: "six or twenty pairs of hexadecimal digits: 52:54:00:12:34:56")
            return
        }
        network.names.append(.init(word: word, value: (name, address)))
    }

    /// `BOOTIF=` as PXELINUX and iPXE write it (`01-52-54-00-12-34-56`), and legacy oVirt Node's `link` and names.
    mutating func readBootInterface(_ word: Word) {
        network.bootInterface = startInterface(word).map { .init(word: word, value: $0) } ?? network.bootInterface
    }

    /// `rd.bootif=0`
    mutating func readIgnoreBootInterface(_ word: Word) {
        if let value = flag(word) { network.ignoresBootInterface = !value }
    }

    /// `network_layout=`
    mutating func readLayout(_ word: Word) {
        switch word.content.text {
        case "bridged": network.bridgedLayout = word
        case "direct": network.bridgedLayout = nil
        default:
            error(
                word, at: word.content, "\(word.content.shown) is not a layout of the network",
                hint: "write network_layout=direct or network_layout=bridged")
        }
    }

    /// `bootdev=`
    mutating func readBootDevice(_ word: Word) {
        if let interface = interface(word.content, of: word) {
            network.bootDevice = .init(word: word, value: interface)
        }
    }

    /// `ksdevice=`
    mutating func readKickstartDevice(_ word: Word) {
        switch word.content.text {
        case "bootif", "BOOTIF": return  // BOOTIF= itself says it.
        case "ibft": warning(word, at: word.content, "the firmware's iSCSI table (iBFT) is not supported; passed over")
        default:
            network.kickstartDevice =
                startInterface(word).map { .init(word: word, value: $0) } ?? network.kickstartDevice
        }
    }

    /// `link`, a name, a hardware address, or one with the type of the hardware in front.
    private mutating func startInterface(_ word: Word) -> InterfaceReference? {
        let field = word.content
        if field.text == "link" { return .link }
        if let address = MACAddress(field.text) {
            if address.isUnicast { return .hardwareAddress(address) }
            error(
                word, at: field, "\(field.shown) is not the hardware address of a card",
                hint: "six pairs of hexadecimal digits, or seven with the type in front: 01-52-54-00-12-34-56")
            return nil
        }
        // Two digits and a separator: the type of the hardware (1 is Ethernet, 32 InfiniBand).
        if field.text.utf8.count > 3, let address = MACAddress(String(field.text.dropFirst(3))),
            address.isUnicast
        {
            return .hardwareAddress(address)
        }
        // "01-" is what iPXE leaves when it does not know the card.
        if Self.isInterfaceName(field.text), !field.text.hasPrefix("01-") { return .name(field.text) }
        error(
            word, at: field,
            field.isEmpty ? "\(word.name)= is empty" : "\(field.shown) is neither a hardware address nor an interface",
            hint: "write \(word.name)=01-52-54-00-12-34-56, \(word.name)=eno1 or \(word.name)=link")
        return nil
    }
}
