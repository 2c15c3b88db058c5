import Host
import NodeConfig

/// Changes the network and looks whether it works, before anything is built upon it.
struct NetworkTestStep: SetupStep {
    let name = "network-test"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) throws -> Page? {
        guard draft.network != nil, draft.settledNetwork != draft.configuration.network else { return nil }
        let difference = try machine.networkDifference(draft.configuration)
        if difference.isEmpty { return nil }
        var page = Page(
            name, "Test the network",
            actions: [Page.Action("test", "Test"), Page.Action("skip", "Go on untested"), .back])
        page.text = [
            "The network of this system is changed now, and looked at: links, addresses, routers, name servers. When it does not "
                + "work, or you do not keep it, it goes back by itself."
        ]
        page.listing = difference
        page.help = ["Untested, it is in force after the installation, or once the summary is confirmed."]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        if answer.action == "skip" {
            draft.settledNetwork = draft.configuration.network
            return .next
        }
        let configuration = draft.configuration
        draft.waiting = try context.work("Testing the network") { progress in
            try context.machine.changeNetwork(configuration, progress)
        }
        return .next
    }
}

/// Asks whether a network that works is kept; it goes back by itself when nobody answers.
struct NetworkKeepStep: SetupStep {
    let name = "network-keep"
    // Nobody has kept it, so it has gone back by itself.
    let resumption = "network-test"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        guard let waiting = draft.waiting else { return nil }
        var page = Page(
            name, "Keep this network?", actions: [Page.Action("keep", "Keep"), Page.Action("revert", "Go back")])
        page.text = ["The network works."] + waiting.warnings.map { "But: " + $0 }
        page.countdown = Countdown(max(5, waiting.seconds - 5), "revert")
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        draft.waiting = nil
        let keeps = answer.action == "keep"
        do { try context.machine.endNetworkChange(keeps: keeps) } catch let failure as Failure
            where failure.status == .nothingToDo
        {
            // NetworkManager's own timer was faster.
            return .go(to: "network-test")
        }
        guard keeps else { return .go(to: "network") }
        draft.settledNetwork = draft.configuration.network
        return .next
    }
}
