import Host
import Node
import NodeConfig

/// Everything that was decided, as the document and as the words that say the same.
struct SummaryStep: SetupStep {
    let name = "summary"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Page? {
        let deed = draft.installs(on: machine) ? "Install" : "Apply"
        var page = Page(name, "Summary", actions: [Page.Action("go", deed), Page.Action("take", "Take along"), .back])
        if draft.installs(on: machine) { page.listing += try machine.plan(draft) + [""] }
        page.listing += ["node.yaml:"] + draft.configuration.shownYAML.split(separator: "\n").map { "  " + $0 }
        page.text = [
            draft.installs(on: machine)
                ? "This is done now. From here on the disk's content is lost." : "This is brought into force now."
        ]
        page.help = [
            "The document is the node configuration: with it the next node sets itself up. \"Take along\" shows the kernel command "
                + "line that says the same, also as a QR code, and saves both to a USB stick. Secrets are not shown."
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        if answer.action == "take" {
            draft.isTakenAlong = true
            return .go(to: "take-along")
        }
        let wanted = draft
        let title = draft.installs(on: context.machine) ? "Installing" : "Configuring"
        draft.warnings = try context.work(title) { try context.machine.carryOut(wanted, $0) }
        return .next
    }
}

/// The end.
struct DoneStep: SetupStep {
    let name = "done"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        let isInstalled = draft.installs(on: machine)
        var page = Page(
            name, "Done",
            actions: isInstalled
                ? [Page.Action("restart", "Restart"), Page.Action("stay", "Stay here")]
                : [Page.Action("close", "Close")])
        page.text = [
            isInstalled
                ? "The disk is ready. Take the medium out, and restart."
                : "The node is configured; the status screen shows its addresses and its engine."
        ]
        page.text += draft.warnings.map { "Note: " + $0 }
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        guard draft.installs(on: context.machine) else { return .finish(.configured) }
        return .finish(.installed(restarts: answer.action == "restart"))
    }
}
