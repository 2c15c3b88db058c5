import Document

extension Form where Value == IPAddress {
    /// An IP address that can be that of one machine.
    static func address(_ family: IPAddress.Family? = nil) -> Form {
        var formats: [JSONValue] = []
        if family != .v6 { formats.append(["format": "ipv4"]) }
        if family != .v4 { formats.append(["format": "ipv6"]) }
        return text(words(family), schema: [.init("anyOf", .array(formats))]) { text in
            guard let address = IPAddress(text), address.family == family ?? address.family, !address.isUnspecified,
                !address.isMulticast
            else { return nil }
            return address
        }
    }

    private static func words(_ family: IPAddress.Family?) -> String {
        switch family {
        case .v4: "an IPv4 address, such as 192.0.2.1"
        case .v6: "an IPv6 address, such as 2001:db8::1"
        case nil: "an IP address, such as 192.0.2.1 or 2001:db8::1"
        }
    }
}

extension Form where Value == IPPrefix {
    /// An address or a network with the length of its prefix.
    static func prefix(_ family: IPAddress.Family, _ what: String) -> Form {
        let example = family == .v4 ? "192.0.2.10/24" : "2001:db8::10/64"
        let pattern = family == .v4 ? "^[0-9.]+/[0-9]{1,2}$" : "^[0-9A-Fa-f:.]+/[0-9]{1,3}$"
        let plain = Form.text(
            "\(what) with the length of its prefix, such as \(example)", schema: [.init("pattern", .string(pattern))]
        ) { text in
            IPPrefix(text).flatMap { $0.address.family == family ? $0 : nil }
        }
        return Form(plain.description) { node, name, diagnostics in
            // Forgetting the length is the usual mistake.
            if let address = node.string.flatMap({ IPAddress($0) }), address.family == family {
                let length = family == .v4 ? 24 : 64
                plain.description.wrong(node, name, diagnostics, hint: "add the length, such as \(address)/\(length)")
                return nil
            }
            return plain.read(node, name, diagnostics)
        } write: {
            plain.write($0)
        }
    }
}

extension Form where Value == MACAddress {
    /// The hardware address of one card.
    static var mac: Form {
        text(
            "the hardware address of a card, such as 52:54:00:12:34:56",
            schema: [.init("pattern", "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2})+$")]
        ) { text in
            MACAddress(text).flatMap { $0.isUnicast ? $0 : nil }
        }
    }
}

extension Form where Value == HostAddress {
    /// A host name or an IP address.
    static var host: Form {
        text("a host name or an IP address", schema: [.init("minLength", 1), .init("maxLength", 253)]) {
            HostAddress($0)
        }
    }
}

extension Form where Value == Endpoint {
    /// A host with or without a port.
    static var endpoint: Form {
        text("HOST or HOST:PORT, with [ ] around an IPv6 address before a port", schema: [.init("minLength", 1)]) {
            Endpoint($0)
        }
    }
}

extension Form where Value == Hostname {
    /// The node's own name.
    static var hostname: Form {
        text(
            "a host name of letters, digits, \"-\" and \".\" with at most 64 characters",
            schema: [.init("pattern", "^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$")]
        ) {
            Hostname($0)
        } text: {
            $0.text
        }
    }
}

extension Form where Value == CertificateFingerprint {
    /// The fingerprint of a certificate.
    static var fingerprint: Form {
        text(
            "a fingerprint (SHA-256 or SHA-1) of 64 or 40 hexadecimal digits, with or without colons",
            schema: [.init("pattern", "^[0-9A-Fa-f:]+$")]
        ) {
            CertificateFingerprint($0)
        }
    }
}

extension Form where Value == ByteSize {
    /// A number of bytes with a unit.
    static var size: Form {
        text(
            "a size with its unit, such as 512 MiB",
            schema: [.init("pattern", "^[0-9]+(\\.[0-9]+)? ?(B|[KMGT]|[KMGT]iB|[kKMGT]B)$")]
        ) {
            ByteSize($0)
        }
    }
}

extension Form where Value == String {
    /// The name of an interface, as the kernel takes it and as files can be called.
    static var interfaceName: Form {
        string(
            "the name of an interface: at most 15 letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit",
            pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$", limit: 15
        ) { text in
            // "all" and "default" are folders beside the interfaces' in /proc/sys/net; "lo" is always there.
            let isFree = !["all", "default", "lo", "bonding_masters"].contains(text)
            return isFree && isName(text, first: "", rest: "._-")
        }
    }

    /// A domain in which names are looked up.
    static var domain: Form {
        string("a domain, such as example.org", pattern: "^[A-Za-z0-9.-]+$", limit: 253) { HostAddress.isName($0) }
    }

    /// Whether a text begins with an ASCII letter, a digit or a character of `first` and goes on with these or one of `rest`.
    @Sendable static func isName(_ text: String, first: String, rest: String) -> Bool {
        let isWordLike = { (character: Character) in
            character.isASCII && (character.isLetter || character.isNumber)
        }
        guard let head = text.first, isWordLike(head) || first.contains(head) else { return false }
        return text.dropFirst().allSatisfy { isWordLike($0) || first.contains($0) || rest.contains($0) }
    }
}
