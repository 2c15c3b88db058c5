import NodeConfig

/// What may be done at the console, and whether one can log in over SSH.
struct LockDownStep: SetupStep {
    let name = "lock-down"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        let (console, ssh) = (draft.configuration.console, draft.configuration.ssh)
        var page = Page(name, "Lock-down")
        page.fields = [
            .choice(
                "console", "At the console",
                [
                    .init("open", "Login, menu and shell"), .init("menu", "The menu, but no login and no shell"),
                    .init("locked", "The status screen alone"),
                ], console.lockDown == true ? "locked" : console.shell == false ? "menu" : "open"),
            .toggle("ssh", "Logging in over SSH", ssh.enabled != false),
        ]
        page.help = [
            "The menu asks for root's password, too. With the status screen alone, the way back is SSH, or the engine: so one of "
                + "them has to be open."
        ]
        return page
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        let ssh = draft.configuration.ssh
        let takesSSH =
            answer["ssh"] == "yes"
            && (!ssh.keys.isEmpty || ssh.passwordLogin == true && draft.configuration.administrator.passwordHash != nil)
        if answer["console"] == "locked", !takesSSH {
            return .refuse(
                Complaint(
                    "nobody could log in any more: SSH is off, or has no keys and takes no password", field: "console"))
        }
        draft.configuration.console.lockDown = answer["console"] == "locked" ? true : nil
        draft.configuration.console.shell = answer["console"] == "menu" ? false : nil
        draft.configuration.ssh.enabled = answer["ssh"] == "yes" ? nil : false
        return .next
    }
}
