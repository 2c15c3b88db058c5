import Document
import NodeConfig

/// What the way to the management network is made of besides its card.
struct InterfaceStep: SetupStep {
    let name = "interface"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        guard let network = draft.network, network.isMore, !network.asGiven else { return nil }
        var page = Page(name, "VLAN, bond, bridge")
        let others = machine.cards().map(\.name).filter { $0 != network.card }
        page.text = ["Leave empty what is not wanted. From below: \(network.card), bond, VLAN, bridge."]
        page.fields = [
            .text("members", "Bond with", network.members.joined(separator: " "))
                .hinting(others.isEmpty ? "there is no other card" : "of: " + others.joined(separator: " ")),
            .choice(
                "bond-mode", "Mode of the bond",
                [
                    .init("active-backup", "active-backup: one card at a time; any switch"),
                    .init("802.3ad", "802.3ad: LACP; the switch must know it"),
                    .init("balance-tlb", "balance-tlb: sending over all cards; any switch"),
                ], network.bondMode),
            .text("vlan", "VLAN number", network.vlan, limit: 4).hinting("1 to 4094")
                .checked { text in
                    Int(text).map { (1...4094).contains($0) } == true ? nil : "a VLAN number is from 1 to 4094"
                },
            .text("bridge", "Bridge", network.bridge, limit: 15).hinting("a name, such as br0"),
        ]
        page.help = [
            "An engine makes the bridge ovirtmgmt itself when the node is added; make one here only for a node without an "
                + "engine."
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        guard var network = draft.network else { return .next }
        network.members = SetupCheck.words(answer["members"])
        network.bondMode = answer["bond-mode"]
        network.vlan = answer["vlan"]
        network.bridge = answer["bridge"]
        let known = context.machine.cards().map(\.name)
        if let stranger = network.members.first(where: { !known.contains($0) || $0 == network.card }) {
            return .refuse(Complaint("\"\(stranger)\" is no other card of this machine", field: "members"))
        }
        if !network.vlan.isEmpty, Int(network.vlan).map({ (1...4094).contains($0) }) != true {
            return .refuse(Complaint("a VLAN number is from 1 to 4094", field: "vlan"))
        }
        // Addresses have a page of their own; what is above must be right without them.
        var plain = network
        plain.addressing = .dhcp
        let settings = try plain.settings()
        if network.addressing == .dhcp { draft.configuration.network = settings }
        draft.network = network
        return .next
    }
}
