import Document
import NodeConfig

/// The node's name.
struct HostnameStep: SetupStep {
    let name = "hostname"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        var page = Page(name, "Host name")
        var field = Field.text("hostname", "Host name", draft.configuration.hostname?.text ?? "", limit: 255)
            .hinting("such as node1.example.org")
            .checked { text in text.isEmpty ? nil : SetupCheck.mistake(["hostname": .string(text)]) }
        field.origin = draft.origin(of: "hostname")
        page.fields = [field]
        page.help = [
            "A name with its domain, under which DNS knows the node: the engine and its certificates use it. Left empty, the "
                + "name comes from DHCP, or is made of the machine's id."
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) -> SetupMove {
        let text = answer["hostname"]
        if text.isEmpty {
            draft.configuration.hostname = nil
            return .next
        }
        guard let hostname = Hostname(text) else {
            let mistake = SetupCheck.mistake(["hostname": .string(text)]) ?? "this is no host name"
            return .refuse(Complaint(mistake, field: "hostname"))
        }
        draft.configuration.hostname = hostname
        return .next
    }
}
