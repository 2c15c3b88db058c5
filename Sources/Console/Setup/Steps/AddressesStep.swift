import Document
import NodeConfig

/// Fixed addresses.
struct AddressesStep: SetupStep {
    let name = "addresses"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        guard let network = draft.network, network.addressing == .fixed, !network.asGiven else { return nil }
        var page = Page(name, "Fixed addresses")
        page.text = ["At least one address is needed; the length of its network's prefix belongs to it."]
        page.fields = [
            .text("address4", "IPv4 address", network.address4).hinting("192.0.2.10/24")
                .checked { Self.mistake($0, "ipv4") },
            .text("gateway4", "IPv4 gateway", network.gateway4).hinting("192.0.2.1")
                .checked { Self.gatewayMistake($0, .v4) },
            .text("address6", "IPv6 address", network.address6).hinting("2001:db8::10/64")
                .checked { Self.mistake($0, "ipv6") },
            .text("gateway6", "IPv6 gateway", network.gateway6).hinting("2001:db8::1")
                .checked { Self.gatewayMistake($0, .v6) },
        ]
        return page
    }

    private static func mistake(_ text: String, _ family: String) -> String? {
        let addresses = SetupCheck.words(text)
        guard !addresses.isEmpty else { return nil }
        let settings: JSONValue = ["method": "static", "addresses": .strings(addresses)]
        return SetupCheck.mistake([
            "network": [
                "interfaces": .array([.object([.init("name", "eth0"), .init(family, settings)])])
            ]
        ])
    }

    private static func gatewayMistake(_ text: String, _ family: IPAddress.Family) -> String? {
        text.isEmpty || IPAddress(text)?.family == family
            ? nil : "\"\(text)\" is no address of \(family == .v4 ? "IPv4" : "IPv6")"
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        guard var network = draft.network else { return .next }
        network.address4 = answer["address4"]
        network.gateway4 = answer["gateway4"]
        network.address6 = answer["address6"]
        network.gateway6 = answer["gateway6"]
        draft.network = network
        let checks = [
            ("address4", Self.mistake(network.address4, "ipv4")),
            ("gateway4", Self.gatewayMistake(network.gateway4, .v4)),
            ("address6", Self.mistake(network.address6, "ipv6")),
            ("gateway6", Self.gatewayMistake(network.gateway6, .v6)),
        ]
        for (field, mistake) in checks {
            if let mistake { return .refuse(Complaint(mistake, field: field)) }
        }
        guard !network.address4.isEmpty || !network.address6.isEmpty else {
            return .refuse(Complaint("give an IPv4 or an IPv6 address", field: "address4"))
        }
        draft.configuration.network = try network.settings()
        return .next
    }
}
