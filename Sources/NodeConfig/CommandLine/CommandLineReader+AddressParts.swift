/// The parts of `ip=`: addresses, masks, hardware addresses, names.
extension CommandLineReader {
    /// `192.0.2.10`, `192.0.2.10/24`, `[2001:db8::10]`, `[2001:db8::10]/64` or `[2001:db8::10/64]`
    mutating func readClient(_ field: Piece, into said: inout NetworkWords.Addresses) -> Bool {
        guard let (address, prefix) = addressAndLength(field, of: said.word, called: "the address of this node") else {
            return false
        }
        guard !address.isMulticast, !address.isUnspecified, !address.isLoopback else {
            error(said.word, at: field, "no interface can have the address \(address)")
            return false
        }
        said.address = address
        said.prefix = prefix
        // Nearly every IPv6 network has 64 bits; for IPv4 nothing can be guessed.
        if address.family == .v6, prefix == nil { said.prefix = 64 }
        return true
    }

    mutating func checkPeer(_ field: Piece, _ word: Word) -> Bool {
        guard let (_, prefix) = addressAndLength(field, of: word, called: "the peer or server") else { return false }
        if prefix != nil {
            warning(word, at: field, "the other end of a point-to-point link is not used")
        }
        return true
    }

    mutating func readGateway(_ field: Piece, into said: inout NetworkWords.Addresses) -> Bool {
        guard let gateway = address(field, of: said.word, called: "the gateway") else { return false }
        if let address = said.address, address.family != gateway.family {
            error(
                said.word, at: field,
                "the gateway \(gateway) cannot serve the \(address.family.name) address \(address)",
                hint: "write one ip= for each family")
            return false
        }
        said.gateway = gateway
        return true
    }

    mutating func readMask(_ field: Piece, into said: inout NetworkWords.Addresses) -> Bool {
        guard let length = prefixLength(field, family: said.address?.family ?? .v4, of: said.word) else { return false }
        said.prefix = length
        return true
    }

    mutating func readHardwareAddress(
        _ fields: ArraySlice<Piece>, into said: inout NetworkWords.Addresses
    ) -> Bool {
        let field = Self.joined(fields)
        guard !field.isEmpty else { return true }
        guard let address = MACAddress(field.text), address.isUnicast else {
            error(
                said.word, at: field, "\(field.shown) is not a hardware address",
                hint: "write it as 52:54:00:12:34:56")
            return false
        }
        said.hardwareAddress = address
        return true
    }

    /// A hardware address with colons was cut with everything else.
    static func joined(_ fields: ArraySlice<Piece>) -> Piece {
        Piece(text: fields.map(\.text).joined(separator: ":"), offset: fields.first?.offset ?? 0)
    }

    /// An address with an optional length behind it, inside or outside of its brackets.
    mutating func addressAndLength(_ field: Piece, of word: Word, called role: String) -> (IPAddress, Int?)? {
        var text = field
        var length: Piece?
        if let inner = field.unbracketed { text = inner }
        if let (before, after) = text.cut("/") {
            text = before.unbracketed ?? before
            length = after
        }
        guard let address = IPAddress(text.text) else {
            error(
                word, at: field, "\(field.shown) is not an IP address (\(role))",
                hint: "an IPv4 address is four numbers to 255; an IPv6 address stands in brackets: [2001:db8::10]")
            return nil
        }
        guard let length else { return (address, nil) }
        guard let number = prefixLength(length, family: address.family, of: word) else { return nil }
        return (address, number)
    }

    /// `24` or `255.255.255.0`; notes a mistake and gives nil when it is neither.
    mutating func prefixLength(_ field: Piece, family: IPAddress.Family, of word: Word) -> Int? {
        if let number = field.number(in: 0...family.width) { return number }
        if family == .v4, let mask = IPAddress(field.text), let zero = IPAddress("0.0.0.0"),
            let prefix = IPPrefix(zero, netmask: mask)
        {
            return prefix.length
        }
        error(
            word, at: field, "\(field.shown) is not the mask of an \(family.name) network",
            hint: family == .v4 ? "write 24 or 255.255.255.0" : "write a number of bits, such as 64")
        return nil
    }

    /// A host name; notes a mistake and gives nil when it is none.
    mutating func hostname(_ field: Piece, of word: Word) -> Hostname? {
        if let name = Hostname(field.text) { return name }
        error(
            word, at: field, field.isEmpty ? "the host name is missing" : "\(field.shown) is not a host name",
            hint:
                "letters, digits and hyphens in parts with dots between them, at most 64 characters: node1.example.org")
        return nil
    }
}
