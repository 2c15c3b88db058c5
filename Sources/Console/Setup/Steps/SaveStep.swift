import Host
import NodeConfig

/// The configuration to take along: as words of the kernel command line, as a QR code of them, and as files on a stick.
struct SaveStep: SetupStep {
    let name = "take-along"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Page? {
        guard draft.isTakenAlong else { return nil }
        var page = Page(
            name, "Take along",
            actions: [Page.Action("close", "Close"), Page.Action("code", "QR code"), Page.Action("save", "Save")])
        let line = draft.configuration.commandLine
        page.text = ["The same as words of the kernel command line:"]
        page.listing = line.words
        if !line.missing.isEmpty {
            page.listing += ["", "No word says, or none should:"] + line.missing.map { "  " + $0 }
        }
        // Not every distribution has libqrencode.
        if QRCode([0x20]) == nil { page.actions.removeAll { $0.name == "code" } }
        let sticks = try machine.sticks().map { Field.Choice($0.name, $0.label) }
        if sticks.isEmpty {
            page.actions.removeAll { $0.name == "save" }
        } else {
            page.fields = [.choice("stick", "USB stick", sticks)]
        }
        page.help = [
            "Saved are nodewright-node.yaml, with the hash of the password, and nodewright-cmdline.txt, without it. A stick "
                + "named NODECONFIG with the first as node.yaml on it is found by the next node."
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        let line = draft.configuration.commandLine
        switch answer.action {
        case "code":
            guard let code = QRCode(Array(line.text.utf8)) else {
                return .refuse(Complaint("there is no QR code: the line is too long, or libqrencode is not installed"))
            }
            return try context.show { code.lines(utf8: $0) }
                ? .again : .refuse(Complaint("the QR code needs a terminal of \(code.size / 2 + 4) lines"))
        case "save":
            let files = [
                ("nodewright-node.yaml", draft.configuration.yaml), ("nodewright-cmdline.txt", line.text + "\n"),
            ]
            let stick = answer["stick"]
            try context.work("Saving") { _ in try context.machine.save(files, to: stick) }
            draft.isTakenAlong = false
            return .next
        default:
            draft.isTakenAlong = false
            return .next
        }
    }
}
