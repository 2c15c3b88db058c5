/// Whether the system is installed, or runs as it is.
struct PurposeStep: SetupStep {
    let name = "purpose"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        guard machine.canInstall else { return nil }
        var page = Page(name, "Install, or run from this medium")
        page.fields = [
            .choice(
                "purpose", "What shall happen?",
                [
                    .init("install", "Install to a disk: two slots for upgrades, and a place for what it stores"),
                    .init("live", "Run live: configure this system until its next start, and leave the disks alone"),
                ], draft.installs ? "install" : "live")
        ]
        page.help = [
            "An installed node keeps its configuration, takes upgrades in place, and goes back by itself to the version "
                + "before when a new one does not work.",
            "A live node forgets everything at its next start, unless it gets its configuration from the kernel "
                + "command line, a config disk or a web server.",
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) -> SetupMove {
        draft.installs = answer["purpose"] == "install"
        return .next
    }
}
