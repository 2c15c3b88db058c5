import Document
import NodeConfig

/// The card to the management network, where its addresses come from, and name and time servers.
struct NetworkStep: SetupStep {
    let name = "network"
    private static let given = "as-given"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        let cards = machine.cards()
        let network = draft.network ?? SetupNetwork()
        var page = Page(name, "Network", actions: [.next, Page.Action("rescan", "Look again"), .back])
        var choices = cards.map { Field.Choice($0.name, $0.words) }
        if !draft.given.interfaces.isEmpty {
            let names = draft.given.interfaces.map(\.name).joined(separator: ", ")
            choices.insert(.init(Self.given, "As it was given: \(names)"), at: 0)
        }
        guard !choices.isEmpty else {
            page.text = ["This machine has no network card that this system knows."]
            page.actions = [Page.Action("rescan", "Look again"), Page.Action("without", "Go on without"), .back]
            return page
        }
        var card = Field.choice("card", "Management network", choices, network.asGiven ? Self.given : network.card)
        card.origin = draft.origin(of: "network")
        let addressing = Field.choice(
            "addressing", "Addresses",
            [
                .init("dhcp", "Automatic: DHCP, and what IPv6 routers say"),
                .init("static", "Fixed: asked for on the next page"),
            ], network.addressing.rawValue)
        let more = Field.toggle("more", "VLAN, bond or bridge", network.isMore)
        var dns = Field.text(
            "dns", "Name servers", draft.configuration.dns.servers.map(\.description).joined(separator: " ")
        ).hinting("addresses; DHCP's when empty")
            .checked { Self.dnsMistake($0) }
        dns.origin = draft.origin(of: "dns.servers")
        var ntp = Field.text(
            "ntp", "Time servers", draft.configuration.time.ntpServers.map(\.description).joined(separator: " ")
        ).hinting("names or addresses")
            .checked { Self.ntpMistake($0) }
        ntp.origin = draft.origin(of: "time.ntp-servers")
        page.fields = [card, addressing, more, dns, ntp]
        page.help = [
            "The card over which administrators and the engine reach this node. A card without a link has no cable, or "
                + "its switch is off.",
            "More than one network, routes and the rest: write a node configuration and use \"nodectl apply\", or give it "
                + "to the first start.",
        ]
        return page
    }

    private static func dnsMistake(_ text: String) -> String? {
        let words = SetupCheck.words(text)
        return words.isEmpty ? nil : SetupCheck.mistake(["dns": ["servers": .strings(words)]])
    }

    private static func ntpMistake(_ text: String) -> String? {
        let words = SetupCheck.words(text)
        return words.isEmpty ? nil : SetupCheck.mistake(["time": ["ntp-servers": .strings(words)]])
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        if answer.action == "rescan" { return .again }
        if answer.action == "without" { return .go(to: "access") }
        if let mistake = Self.dnsMistake(answer["dns"]) { return .refuse(Complaint(mistake, field: "dns")) }
        if let mistake = Self.ntpMistake(answer["ntp"]) { return .refuse(Complaint(mistake, field: "ntp")) }
        let dns = SetupCheck.words(answer["dns"])
        draft.configuration.dns.servers =
            dns.isEmpty ? [] : try SetupCheck.read(["dns": ["servers": .strings(dns)]]).dns.servers
        let ntp = SetupCheck.words(answer["ntp"])
        draft.configuration.time.ntpServers =
            ntp.isEmpty ? [] : try SetupCheck.read(["time": ["ntp-servers": .strings(ntp)]]).time.ntpServers
        var network = draft.network ?? SetupNetwork()
        network.asGiven = answer["card"] == Self.given
        if !network.asGiven { network.card = answer["card"] }
        network.addressing = SetupNetwork.Addressing(rawValue: answer["addressing"]) ?? .dhcp
        network.isMore = answer["more"] == "yes"
        draft.network = network
        if network.asGiven {
            draft.configuration.network = draft.given
            return .go(to: "network-test")
        }
        if !network.isMore, network.addressing == .dhcp { draft.configuration.network = try network.settings() }
        return .next
    }
}

extension SetupCard {
    /// `eno1  1000 Mbit/s  52:54:00:12:34:56  e1000e  switch1 port 3`
    var words: String {
        let link = hasLink ? speed.map { "\($0) Mbit/s" } ?? "link" : "no link"
        return ([name, link, address?.description, driver, neighbour.map { "at " + $0 }] as [String?])
            .compactMap(\.self).joined(separator: "  ")
    }
}
