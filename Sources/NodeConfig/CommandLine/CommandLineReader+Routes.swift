/// `rd.route=` and name servers.
extension CommandLineReader {
    /// `rd.route=NETWORK/MASK:[GATEWAY][:INTERFACE]`
    mutating func readRoute(_ word: Word) {
        let fields = word.content.split(":", keepsBrackets: true)
        let form = "write rd.route=192.0.2.0/24:GATEWAY:INTERFACE, or rd.route=[2001:db8::/32]:[GATEWAY]:INTERFACE"
        guard let (address, length) = addressAndLength(fields[0], of: word, called: "the network of the route") else {
            return
        }
        guard let length else {
            error(word, at: fields[0], "\(fields[0].shown) has no mask", hint: form)
            return
        }
        guard let prefix = IPPrefix(address, length: length) else { return }
        guard fields.count <= 3 else {
            error(word, at: fields[3], "nothing may follow the interface", hint: form)
            return
        }
        var gateway: IPAddress?
        if fields.count > 1, !fields[1].isEmpty {
            gateway = self.address(fields[1], of: word, called: "the gateway of the route")
            guard let gateway else { return }
            guard gateway.family == address.family else {
                error(
                    word, at: fields[1],
                    "the gateway \(gateway) cannot serve the \(address.family.name) network \(prefix)")
                return
            }
        }
        var interface: String?
        if fields.count > 2, !fields[2].isEmpty {
            interface = interfaceName(fields[2], of: word)
            if interface == nil { return }
        }
        guard gateway != nil || interface != nil else {
            error(word, "a route needs a gateway or an interface", hint: form)
            return
        }
        guard let destination = IPPrefix(prefix.network, length: length) else { return }
        if prefix.network != address {
            warning(word, at: fields[0], "\(prefix) is an address, not a network; the route leads to \(destination)")
        }
        network.routes.append(.init(word: word, destination: destination, gateway: gateway, interface: interface))
    }

    /// `nameserver=ADDRESS`
    mutating func readNameserver(_ word: Word) {
        addNameservers([word.content], word)
    }

    /// `dns=ADDRESS,ADDRESS`
    mutating func readNameservers(_ word: Word) {
        addNameservers(word.content.split(","), word)
    }

    /// `rd.peerdns=0`
    mutating func readPeerDNS(_ word: Word) {
        if flag(word) == false { network.noOfferedNameservers = word }
    }

    private mutating func addNameservers(_ fields: [Piece], _ word: Word) {
        for field in fields {
            if let address = IPAddress((field.unbracketed ?? field).text), !address.isMulticast, !address.isUnspecified
            {
                network.nameservers.append(address)
            } else {
                error(
                    word, at: field,
                    field.isEmpty ? "a name server is missing" : "\(field.shown) is not the address of a name server",
                    hint: "write it as an IP address, since names cannot be looked up yet")
            }
        }
    }
}
