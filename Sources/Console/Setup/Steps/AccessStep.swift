import Document
import Host
import NodeConfig

/// The administrator's password and keys.
struct AccessStep: SetupStep {
    let name = "access"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        var page = Page(name, "Administrator", actions: [.next, Page.Action("add", "Add another key"), .back])
        let isSet = draft.configuration.administrator.passwordHash != nil
        var password = Field.secret("password", "Password of root")
            .hinting(isSet ? "as it is, when empty" : "at least \(PasswordStrength.least) characters")
        password.origin = draft.origin(of: "administrator.password-hash")
        let again = Field.secret("again", "The same again")
        let keys = draft.configuration.ssh.keys
        let key = Field.text("key", "SSH key", limit: 16384).hinting("a line, or https:// of a file")
            .checked { text in text.hasPrefix("http") || text.isEmpty ? nil : Self.mistake(text) }
        let login = Field.toggle(
            "password-login", "Let the password log in over SSH, too", draft.configuration.ssh.passwordLogin == true)
        page.text = ["The password is for the console. Over SSH a key is safer."]
        if !keys.isEmpty { page.text.append("Keys so far: " + keys.map(Self.words).joined(separator: "; ")) }
        page.fields = [password, again, key, login]
        page.help = [
            "The password is stored as a hash (yescrypt). A key is one line of an authorized_keys file; from an address all its "
                + "lines are taken. A server's certificate must be one that the image trusts."
        ]
        return page
    }

    private static func words(_ key: String) -> String {
        SSHPublicKey(key).map { $0.comment.isEmpty ? $0.type : $0.comment } ?? "a key"
    }

    private static func mistake(_ key: String) -> String? { SetupCheck.mistake(["ssh": ["keys": .strings([key])]]) }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        let password = answer.values["password"] ?? ""
        guard password == answer.values["again"] ?? "" else {
            return .refuse(Complaint("the two passwords differ", field: "password"))
        }
        if password.isEmpty, draft.configuration.administrator.passwordHash == nil, answer.action == "next",
            answer["key"].isEmpty, draft.configuration.ssh.keys.isEmpty
        {
            return .refuse(Complaint("without a password and without a key nobody could log in", field: "password"))
        }
        if !password.isEmpty {
            let names = ["root", "nodewright", draft.configuration.hostname?.text ?? ""]
            if let weakness = PasswordStrength.weakness(of: password, besides: names) {
                return .refuse(Complaint(weakness, field: "password"))
            }
            draft.configuration.administrator.passwordHash = try context.machine.hash(password)
        }
        draft.configuration.ssh.passwordLogin = answer["password-login"] == "yes" ? true : nil
        for key in try keys(answer["key"], context) where !draft.configuration.ssh.keys.contains(key) {
            if let mistake = Self.mistake(key) { return .refuse(Complaint(mistake, field: "key")) }
            draft.configuration.ssh.keys.append(key)
        }
        return answer.action == "add" ? .again : .next
    }

    private func keys(_ text: String, _ context: SetupContext) throws -> [String] {
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return text.isEmpty ? [] : [text] }
        let found = try context.work("Fetching keys") { _ in try context.machine.fetch(text) }
        let lines = found.split(whereSeparator: \.isNewline).map(String.init).filter {
            !$0.isEmpty && !$0.hasPrefix("#")
        }
        guard !lines.isEmpty else { throw Failure(.invalidInput, "\"\(text)\" has no key") }
        return Array(lines.prefix(100))
    }
}
