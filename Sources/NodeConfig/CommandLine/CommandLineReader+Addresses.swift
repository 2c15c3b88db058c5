import Document

/// `ip=` in every form of dracut, of PXELINUX and of legacy oVirt Node, and the words that belong to it.
extension CommandLineReader {
    private static let methods: [String: [NetworkWords.Addresses.Method]] = [
        "dhcp": [.dhcp], "on": [.dhcp], "any": [.dhcp], "dhcp4": [.dhcp], "auto": [.dhcp, .automatic6],
        "single-dhcp": [.dhcp], "dhcp6": [.automatic6], "auto6": [.automatic6], "either6": [.automatic6],
        "link6": [.linkLocal6], "link-local": [.linkLocal], "none": [.off], "off": [.off],
    ]
    private static let methodHint =
        "one of dhcp, on, any, dhcp6, auto6, either6, link6, single-dhcp, none, off, or several with commas"

    /// `ip=`
    mutating func readIP(_ word: Word) {
        let value = word.content
        guard !value.isEmpty else {
            error(word, "ip= is empty", hint: "write ip=dhcp, or ip=ADDRESS::GATEWAY:MASK::INTERFACE:none")
            return
        }
        if let address = IPAddress(value.text), address.family == .v6 {
            error(
                word, at: value, "an IPv6 address without brackets",
                hint: "write ip=[\(address)]::[GATEWAY]:64::INTERFACE:none")
            return
        }
        let fields = value.split(":", keepsBrackets: true)
        var said = NetworkWords.Addresses(word: word)
        let isRight: Bool
        if fields.count == 1 {
            isRight = readSingle(fields[0], into: &said)
        } else if Self.areMethods(fields[1]) {
            isRight = readInterfaceForm(fields, into: &said)
        } else if fields.count == 4, fields.allSatisfy(Self.isIPv4OrEmpty), !fields[0].isEmpty {
            isRight = readPXELINUX(fields, into: &said)
        } else if fields.count < 5 {
            explainShortForm(fields, word)
            isRight = false
        } else {
            isRight = readFullForm(fields, into: &said)
        }
        if isRight { network.addresses.append(said) }
    }

    /// `netmask=`
    mutating func readNetmask(_ word: Word) {
        if let length = prefixLength(word.content, family: .v4, of: word) {
            network.netmask = .init(word: word, value: length)
        }
    }

    /// `gateway=`
    mutating func readGateway(_ word: Word) {
        if let address = address(word.content, of: word, called: "the gateway") {
            network.gateway = .init(word: word, value: address)
        }
    }

    /// `ipv6=`
    mutating func readIPv6(_ word: Word) {
        let methods: [String: NetworkWords.IPv6Method] = ["dhcp": .dhcp, "auto": .automatic, "off": .off]
        guard let method = methods[word.content.text] else {
            error(
                word, at: word.content, "\(word.content.shown) is no way to get IPv6 addresses",
                hint:
                    "write ipv6=auto, ipv6=dhcp or ipv6=off; for an address ip=[ADDRESS]::[GATEWAY]:64::INTERFACE:none")
            return
        }
        network.ipv6 = .init(word: word, value: method)
    }

    /// Names of methods separated by commas: is it meant to be that?
    private static func areMethods(_ field: Piece) -> Bool {
        !field.isEmpty && field.split(",").contains { methods[$0.text] != nil || $0.text == "ibft" || $0.text == "fw" }
    }

    private static func isIPv4OrEmpty(_ field: Piece) -> Bool {
        field.isEmpty || IPAddress(field.text)?.family == .v4
    }

    /// `ip=dhcp` or `ip=192.0.2.10`
    private mutating func readSingle(_ field: Piece, into said: inout NetworkWords.Addresses) -> Bool {
        if field.text.utf8.first.map({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "[") }) == true {
            return readClient(field, into: &said)
        }
        return readMethods(field, into: &said)
    }

    /// `ip=INTERFACE:METHOD[:[MTU][:MAC]]`
    private mutating func readInterfaceForm(_ fields: [Piece], into said: inout NetworkWords.Addresses) -> Bool {
        // Without a name the interface that was started from is meant, as in the other forms.
        var isRight = fields[0].isEmpty || readInterface(fields[0], into: &said)
        isRight = readMethods(fields[1], into: &said) && isRight
        if fields.count > 2, !fields[2].isEmpty {
            said.mtu = mtu(fields[2], of: said.word)
            isRight = isRight && said.mtu != nil
        }
        return readHardwareAddress(fields.dropFirst(3), into: &said) && isRight
    }

    /// `ip=CLIENT:SERVER:GATEWAY:MASK`, as PXELINUX writes it; the server is where the kernel came from.
    private mutating func readPXELINUX(_ fields: [Piece], into said: inout NetworkWords.Addresses) -> Bool {
        var isRight = readClient(fields[0], into: &said)
        said.gateway = IPAddress(fields[2].text)
        if !fields[3].isEmpty {
            said.prefix = prefixLength(fields[3], family: .v4, of: said.word)
            isRight = isRight && said.prefix != nil
        }
        said.methods = [.off]
        return isRight
    }

    /// `ip=[CLIENT]:[PEER[/LENGTH]]:[GATEWAY]:[MASK]:[HOSTNAME]:[INTERFACE]:[METHOD][:[MTU][:MAC]]` or `[:[DNS][:DNS[:NTP]]]`
    private mutating func readFullForm(_ fields: [Piece], into said: inout NetworkWords.Addresses) -> Bool {
        func field(_ index: Int) -> Piece? { index < fields.count && !fields[index].isEmpty ? fields[index] : nil }
        var isRight = true
        if let client = field(0) { isRight = readClient(client, into: &said) }
        // Unbracketed IPv6 falls apart into many fields, each of them wrong: one message is enough.
        guard isRight else { return false }
        if let peer = field(1) { isRight = checkPeer(peer, said.word) }
        if let gateway = field(2) { isRight = readGateway(gateway, into: &said) && isRight }
        if let mask = field(3) { isRight = readMask(mask, into: &said) && isRight }
        if let name = field(4) {
            said.hostname = hostname(name, of: said.word)
            isRight = isRight && said.hostname != nil
        }
        if let interface = field(5) { isRight = readInterface(interface, into: &said) && isRight }
        if let method = field(6) { isRight = readMethods(method, into: &said) && isRight }
        return readTail(Array(fields.dropFirst(7)), into: &said) && isRight && isComplete(said, fields)
    }

    /// What may follow the method: MTU and MAC, or name servers and a time server.
    private mutating func readTail(_ tail: [Piece], into said: inout NetworkWords.Addresses) -> Bool {
        guard let first = tail.first else { return true }
        let isNumber = !first.isEmpty && first.text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if isNumber || first.isEmpty && tail.count > 1 && MACAddress(Self.joined(tail.dropFirst()).text) != nil {
            var isRight = true
            if isNumber {
                said.mtu = mtu(first, of: said.word)
                isRight = said.mtu != nil
            }
            return readHardwareAddress(tail.dropFirst(), into: &said) && isRight
        }
        for field in tail.prefix(2) where !field.isEmpty {
            guard let server = address(field, of: said.word, called: "a name server") else { return false }
            said.nameservers.append(server)
        }
        if tail.count > 2, !tail[2].isEmpty {
            said.timeserver = HostAddress((tail[2].unbracketed ?? tail[2]).text)
            if said.timeserver == nil {
                error(said.word, at: tail[2], "\(tail[2].shown) is not a time server")
                return false
            }
        }
        if tail.count > 3 {
            error(said.word, at: tail[3], "nothing may follow the name servers and the time server")
            return false
        }
        return true
    }

    /// Whether a full form says enough to be followed, and nothing that excludes itself.
    private mutating func isComplete(_ said: NetworkWords.Addresses, _ fields: [Piece]) -> Bool {
        let method = fields.count > 6 ? fields[6] : fields[0]
        guard let address = said.address else {
            if said.methods.isEmpty {
                error(
                    said.word, at: method, "neither an address nor a method",
                    hint: "write ip=INTERFACE:dhcp, or ip=ADDRESS::GATEWAY:MASK::INTERFACE:none")
                return false
            }
            if said.gateway != nil {
                error(
                    said.word, at: fields[2], "a gateway without an address",
                    hint: "write the address first: ip=ADDRESS::GATEWAY:MASK::INTERFACE:none")
                return false
            }
            return true
        }
        let own: NetworkWords.Addresses.Method = address.family == .v4 ? .dhcp : .automatic6
        guard !said.methods.contains(own) else {
            error(
                said.word, at: method, "an \(address.family.name) address and \(method.shown) exclude each other",
                hint: "write none for the address, or leave the address out")
            return false
        }
        return true
    }

    private mutating func explainShortForm(_ fields: [Piece], _ word: Word) {
        let isAddress = fields[0].text.utf8.first.map { (0x30...0x39).contains($0) || $0 == 0x5B } ?? false
        if fields.count == 4, isAddress, let wrong = fields.first(where: { !Self.isIPv4OrEmpty($0) }) {
            error(
                word, at: wrong, "\(wrong.shown) is not an IPv4 address",
                hint: "four fields are ip=ADDRESS:SERVER:GATEWAY:MASK")
        } else if isAddress {
            error(
                word, at: fields[1], "an address must be followed by gateway and mask",
                hint: "write ip=ADDRESS::GATEWAY:MASK::INTERFACE:none, or ip=ADDRESS with netmask= and gateway=")
        } else {
            noteUnknownMethod(fields[1], word)
        }
    }

    private mutating func readMethods(_ field: Piece, into said: inout NetworkWords.Addresses) -> Bool {
        var isRight = true
        for piece in field.split(",") {
            if let methods = Self.methods[piece.text] {
                said.methods += methods.filter { !said.methods.contains($0) }
                if piece.text == "single-dhcp", said.interface == nil { said.interface = .link }
            } else {
                noteUnknownMethod(piece, said.word)
                isRight = false
            }
        }
        if isRight, said.methods.count > 1, said.methods.contains(.off) {
            error(said.word, at: field, "none and off exclude every other method")
            return false
        }
        return isRight
    }

    private mutating func noteUnknownMethod(_ field: Piece, _ word: Word) {
        if field.text == "ibft" || field.text == "fw" {
            error(
                word, at: field, "addresses from the firmware's iSCSI table (iBFT) are not supported",
                hint: "write the address, or dhcp")
            return
        }
        error(
            word, at: field,
            field.isEmpty ? "the method is missing" : "\(field.shown) is no way to get an address",
            hint: nearest(to: field.text, among: Self.methods.keys.filter { $0 != "link-local" }.sorted())
                .map { "did you mean \($0)?" }
                ?? Self.methodHint)
    }

    private mutating func readInterface(_ field: Piece, into said: inout NetworkWords.Addresses) -> Bool {
        guard let interface = interface(field, of: said.word) else { return false }
        said.interface = interface
        return true
    }
}
