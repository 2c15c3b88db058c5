import Host

/// The page before the menu.
public enum AdministratorPages {
    private static let tries = 3

    /// Asks for root's password.
    ///
    /// - Returns: whether it was right; false also when somebody left
    /// - Throws: `PresenterEnd`
    public static func login(_ presenter: some Presenter) throws -> Bool {
        var page = Page("login", "Log in", actions: [Page.Action("login", "Log in"), .back])
        page.text = ["The menu is for the administrator of this node."]
        page.fields = [.secret("password", "Password of root")]
        for _ in 0..<tries {
            let answer = try presenter.ask(page)
            guard answer.action == "login" else { return false }
            switch AdministratorLogin.check(answer.values["password"] ?? "") {
            case .granted: return true
            case .refused: page.complaint = Complaint("this is not root's password", field: "password")
            case .expired:
                page.complaint = Complaint("the password must be changed first: leave, press F3 and log in to do it")
            case .broken:
                page.complaint = Complaint("logging in does not work here; journalctl says why (or there is no PAM)")
            }
        }
        return false
    }
}
