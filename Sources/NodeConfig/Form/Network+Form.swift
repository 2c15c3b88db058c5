import Document

extension NetworkSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                "management", \.management, .interfaceName, "The interface that engine and administrators use.",
                example: "eno1", fallback: "the one with the default route"),
            Field(
                part: "interfaces", \.interfaces,
                .list(InterfaceSettings.form, "a list of interfaces", limit: 512, unique: false),
                "Cards, bonds, VLANs and bridges. A name that others refer to must be in the list.",
                example: "[{name: eno1, ipv4: {method: dhcp}}]"),
        ], empty: NetworkSettings.init)
}

extension InterfaceSettings {
    static let form = Form.mapping(
        "a mapping that describes an interface",
        [
            Field(
                required: "name", \.name, .interfaceName,
                "The interface's name: for a card without `match`, and for VLANs, bonds and bridges, that of the kernel.",
                example: "eno1"),
            Field(
                "match", \.match, InterfaceMatch.form,
                "How a card is found: `link` (the first with a carrier), `{mac: …}` (the permanent address), `{path: …}` (udev's `ID_PATH`) or `{name: …}` (the kernel's).",
                example: "{mac: \"52:54:00:12:34:56\"}", fallback: "by its name"),
            Field(
                "vlan", \.vlan, VLANSettings.form, "Makes it a VLAN.", example: "{id: 20, parent: bond0}"),
            Field(
                "bond", \.bond, BondSettings.form, "Makes it a bond.",
                example: "{mode: 802.3ad, members: [eno1, eno2]}"),
            Field(
                "bridge", \.bridge, BridgeSettings.form,
                "Makes it a bridge, which carries the address instead of its ports.",
                example: "{ports: [bond0.20]}"),
            Field(
                "ipv4", \.ipv4, IPv4Settings.form, "IPv4.",
                example: "{method: static, addresses: [192.0.2.10/24], gateway: 192.0.2.1}",
                fallback:
                    "`dhcp` when `ipv6` is absent, too, and the interface serves no other one; else `disabled`"),
            Field(
                "ipv6", \.ipv6, IPv6Settings.form, "IPv6.",
                example: "{method: static, addresses: [\"2001:db8::10/64\"], gateway: \"fe80::1\"}",
                fallback:
                    "`automatic` when `ipv4` is absent, too, and the interface serves no other one; else `disabled`"),
            Field(
                "mtu", \.mtu, .integer(68...65535, "bytes"), "The largest packet in bytes.", example: "9000",
                fallback: "the driver's"),
            Field(
                "mac-address", \.assignedMAC, .mac, "The hardware address that it shall use instead of its own.",
                example: "\"52:54:00:12:34:56\"", fallback: "its own"),
        ], empty: { InterfaceSettings(name: "") })
}

extension InterfaceMatch {
    static let form: Form<InterfaceMatch> = {
        struct Keys: Sendable {
            var name: String?
            var mac: MACAddress?
            var path: String?
        }
        let mapping = Form.mapping(
            "a mapping",
            [
                Field("name", \.name, .interfaceName, "The kernel's name.", example: "eno1"),
                Field(
                    "mac", \.mac, .mac, "The permanent hardware address.", example: "\"52:54:00:12:34:56\""),
                Field(
                    "path", \.path, .line("a path of a device, as udev's ID_PATH shows it"),
                    "Where it is plugged in: udev's `ID_PATH`.", example: "\"pci-0000:03:00.0\""),
            ], empty: Keys.init)
        let words = "\"link\" or a mapping with one of \"name\", \"mac\" and \"path\""
        let one: JSONValue = ["minProperties": 1, "maxProperties": 1]
        let schema: JSONValue = ["anyOf": [["const": "link"], ["allOf": [mapping.description.schema, one]]]]
        let description = FormDescription(words: words, schema: schema, keys: mapping.description.keys)
        return Form(description) { node, name, diagnostics in
            if node.string == "link" { return .link }
            guard let entries = node.mapping else {
                description.wrong(node, name, diagnostics)
                return nil
            }
            guard let keys = mapping.read(node, name, diagnostics) else { return nil }
            let known = entries.filter { entry in mapping.description.keys.contains { $0.key == entry.key } }
            guard known.count == 1 else {
                if known.count > 1 || entries.isEmpty {
                    diagnostics.error(
                        at: known.dropFirst().first?.position ?? node.position,
                        "\"\(name)\" must be \(words), but this has \(known.isEmpty ? "none" : "\(known.count)")")
                }
                return nil
            }
            return keys.mac.map { .mac($0) } ?? keys.path.map { .path($0) } ?? keys.name.map { .name($0) }
        } write: { match in
            switch match {
            case .name(let name): ["name": .string(name)]
            case .mac(let mac): ["mac": .string(mac.description)]
            case .path(let path): ["path": .string(path)]
            case .link: "link"
            }
        }
    }()
}

extension VLANSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(required: "id", \.id, .integer(1...4094), "Its number (IEEE 802.1Q).", example: "20"),
            Field(
                required: "parent", \.parent, .interfaceName, "The card, bond or bridge that carries it.",
                example: "bond0"),
        ], empty: { VLANSettings(id: 1, parent: "") })
}

extension BridgeSettings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                part: "ports", \.ports, .list(.interfaceName, "a list of names of interfaces"),
                "The interfaces in it: cards, bonds and VLANs.", example: "[bond0.20]", fallback: "none"),
            Field(
                "spanning-tree", \.spanningTree, .bool, "Whether it speaks the spanning tree protocol.",
                example: "false",
                fallback: "false"),
            Field(
                "forward-delay", \.forwardDelay, .integer(2...30, "seconds"),
                "Seconds in which a port listens before it forwards, with the spanning tree protocol.", example: "15",
                fallback: "15"),
        ], empty: { BridgeSettings(ports: []) })
}

extension IPv4Settings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                required: "method", \.method, .choice,
                "Where addresses come from: `dhcp`, only the `addresses` (`static`), or nowhere (`disabled`).",
                example: "static"),
            Field(
                part: "addresses", \.addresses, .list(.prefix(.v4, "an IPv4 address"), "a list of addresses"),
                "Fixed addresses, the preferred one first; with `dhcp` they come on top.", example: "[192.0.2.10/24]"),
            Field(
                "gateway", \.gateway, .address(.v4), "The router of the default route.", example: "192.0.2.1",
                fallback: "with `dhcp` the server's"),
            Field(
                part: "routes", \.routes, .list(RouteSettings.form(.v4), "a list of routes"), "Further routes.",
                example: "[{to: 198.51.100.0/24, via: 192.0.2.254}]"),
            Field(
                "route-metric", \.routeMetric, .integer(1...0x7FFF_FFFF),
                "Preference of this interface's default route: the smaller wins.", example: "100",
                fallback: "NetworkManager's order"),
        ], empty: { IPv4Settings(method: .disabled) })
}

extension IPv6Settings {
    static let form = Form.mapping(
        "a mapping",
        [
            Field(
                required: "method", \.method, .choice,
                "Where addresses come from: router advertisements, that is SLAAC and DHCPv6 when the router says so (`automatic`), `dhcp`, only the `addresses` (`static`), only the link-local one (`link-local`), or nowhere (`disabled`).",
                example: "automatic"),
            Field(
                part: "addresses", \.addresses, .list(.prefix(.v6, "an IPv6 address"), "a list of addresses"),
                "Fixed addresses, the preferred one first; with `automatic` and `dhcp` they come on top.",
                example: "[\"2001:db8::10/64\"]"),
            Field(
                "gateway", \.gateway, .address(.v6), "The router of the default route.", example: "\"fe80::1\"",
                fallback: "the one that advertises itself"),
            Field(
                part: "routes", \.routes, .list(RouteSettings.form(.v6), "a list of routes"), "Further routes.",
                example: "[{to: \"2001:db8:1::/48\", via: \"2001:db8::2\"}]"),
            Field(
                "route-metric", \.routeMetric, .integer(1...0x7FFF_FFFF),
                "Preference of this interface's default route: the smaller wins.", example: "100",
                fallback: "NetworkManager's order"),
        ], empty: { IPv6Settings(method: .disabled) })
}

extension RouteSettings {
    static func form(_ family: IPAddress.Family) -> Form<RouteSettings> {
        struct Keys: Sendable {
            var destination: IPPrefix?
            var gateway: IPAddress?
            var metric: Int?
        }
        let keys = Form.mapping(
            "a mapping that describes a route",
            [
                Field(
                    "to", \.destination, .prefix(family, "an \(family.name) network"), "The network.",
                    example: family == .v4 ? "198.51.100.0/24" : "\"2001:db8:1::/48\"", isRequired: true),
                Field(
                    "via", \.gateway, .address(family), "The router.",
                    example: family == .v4 ? "192.0.2.254" : "\"2001:db8::2\"",
                    fallback: "the network is on the link itself"),
                Field(
                    "metric", \.metric, .integer(1...0x7FFF_FFFF),
                    "Preference among routes to the same network: the smaller wins.", example: "100",
                    fallback: "NetworkManager's order"),
            ], empty: Keys.init)
        return Form<RouteSettings>(keys.description) { node, name, diagnostics in
            guard let keys = keys.read(node, name, diagnostics), let destination = keys.destination else { return nil }
            return RouteSettings(destination: destination, gateway: keys.gateway, metric: keys.metric)
        } write: { route in
            keys.write(Keys(destination: route.destination, gateway: route.gateway, metric: route.metric))
        }
    }
}
