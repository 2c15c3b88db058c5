import Document
import Host
import NodeConfig

/// The network as the wizard asks for it: one way to the management network, whatever it is made of.
///
/// What is more than that (several networks, routes) is given as a document; the wizard keeps it as it is.
struct SetupNetwork: Hashable, Sendable {
    /// Where addresses come from.
    enum Addressing: String, Sendable {
        case dhcp
        case fixed = "static"
    }

    /// Whether the network stays as it was given, by words or documents.
    var asGiven = false
    /// The kernel's name of the card.
    var card = ""
    var addressing = Addressing.dhcp
    /// Whether there is more than a card.
    var isMore = false
    var vlan = ""
    /// Further cards of a bond.
    var members: [String] = []
    var bondMode = "active-backup"
    var bridge = ""
    var address4 = "", gateway4 = "", address6 = "", gateway6 = ""

    /// The form's values by name, for the journal.
    var values: [String: String] {
        [
            "as-given": asGiven ? "yes" : "no", "card": card, "addressing": addressing.rawValue,
            "more": isMore ? "yes" : "no", "vlan": vlan, "members": members.joined(separator: " "),
            "bond-mode": bondMode, "bridge": bridge, "address4": address4, "gateway4": gateway4,
            "address6": address6, "gateway6": gateway6,
        ]
    }

    init() {}

    init(_ values: [String: String]) {
        func text(_ name: String) -> String { values[name] ?? "" }
        asGiven = text("as-given") == "yes"
        card = text("card")
        addressing = Addressing(rawValue: text("addressing")) ?? .dhcp
        isMore = text("more") == "yes"
        vlan = text("vlan")
        members = SetupCheck.words(text("members"))
        bondMode = text("bond-mode").isEmpty ? "active-backup" : text("bond-mode")
        bridge = text("bridge")
        (address4, gateway4) = (text("address4"), text("gateway4"))
        (address6, gateway6) = (text("address6"), text("gateway6"))
    }

    /// The interfaces from the card upwards, and the one on top, which has the addresses.
    ///
    /// - Throws: what the reader of the node configuration says of them
    func settings() throws -> NetworkSettings {
        // What others are made of is among the interfaces, too.
        var interfaces = ([card] + (isMore ? members : [])).map { name -> JSONValue in ["name": .string(name)] }
        var top = card
        if isMore, !members.isEmpty {
            interfaces.append([
                "name": "bond0",
                "bond": ["members": .strings([card] + members), "mode": .string(bondMode)],
            ])
            top = "bond0"
        }
        if isMore, !vlan.isEmpty {
            guard let id = Int(vlan) else {
                throw Failure(.invalidInput, "\"\(vlan)\" is no VLAN number (1 to 4094)")
            }
            let name = "vlan\(id)"
            interfaces.append(["name": .string(name), "vlan": ["id": .integer(id), "parent": .string(top)]])
            top = name
        }
        if isMore, !bridge.isEmpty {
            interfaces.append(["name": .string(bridge), "bridge": ["ports": .strings([top])]])
            top = bridge
        }
        if case .object(let members) = interfaces.removeLast() {
            interfaces.append(.object(members + addresses))
        }
        return try SetupCheck.read(["network": ["management": .string(top), "interfaces": .array(interfaces)]]).network
    }

    private var addresses: [JSONValue.Member] {
        guard addressing == .fixed else { return [] }
        var result: [JSONValue.Member] = []
        for (family, address, gateway) in [("ipv4", address4, gateway4), ("ipv6", address6, gateway6)]
        where !address.isEmpty {
            var members: [JSONValue.Member] = [
                .init("method", "static"), .init("addresses", .strings(SetupCheck.words(address))),
            ]
            if !gateway.isEmpty { members.append(.init("gateway", .string(gateway))) }
            result.append(.init(family, .object(members)))
        }
        return result
    }
}
