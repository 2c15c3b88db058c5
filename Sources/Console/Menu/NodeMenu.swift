import Host
import Node
import NodeConfig

/// What the administrator can do at the console, once logged in.
public struct NodeMenu {
    /// What ends the menu.
    public enum End: Sendable {
        /// Back to the status screen.
        case closed
        /// A shell is wanted.
        case shell
    }

    private enum Item: String, CaseIterable {
        case network, hostname, access, engine, keyboard, lockdown = "lock-down"
        case upgrade, rollback, diagnosis, logs, bundle
        case reset, restart, off = "power-off", shell

        var label: String {
            switch self {
            case .network: "Network"
            case .hostname: "Host name"
            case .access: "Password and SSH keys"
            case .engine: "oVirt Engine"
            case .keyboard: "Keyboard and language"
            case .lockdown: "Lock-down"
            case .upgrade: "Upgrade"
            case .rollback: "Start the other slot next"
            case .diagnosis: "Diagnosis"
            case .logs: "Logs"
            case .bundle: "Support bundle"
            case .reset: "Reset to factory"
            case .restart: "Restart"
            case .off: "Power off"
            case .shell: "Shell"
            }
        }

        var topic: Setup.Topic? {
            switch self {
            case .network: .network
            case .hostname: .hostname
            case .access: .access
            case .engine: .engine
            case .keyboard: .keyboard
            case .lockdown: .lockdown
            default: nil
            }
        }
    }

    private let machine: any SetupMachine
    private let draft: () -> SetupDraft
    private let guests: () -> Int?
    private let allowsShell: Bool
    private let perform: ([String]) throws -> Command.Result

    /// A menu.
    ///
    /// - Parameters:
    ///   - draft: the configuration in force
    ///   - guests: how many guests run; nil when nobody knows
    ///   - allowsShell: whether the configuration lets people have a shell at the console
    ///   - perform: runs what the menu asks of other programs
    public init(
        _ machine: any SetupMachine, draft: @escaping () -> SetupDraft, guests: @escaping () -> Int?,
        allowsShell: Bool,
        perform: @escaping ([String]) throws -> Command.Result = { try Command($0[0], Array($0.dropFirst())).run() }
    ) {
        self.perform = perform
        self.machine = machine
        self.draft = draft
        self.guests = guests
        self.allowsShell = allowsShell
    }

    /// Shows it until somebody leaves.
    ///
    /// - Throws: `PresenterEnd`
    public func run(_ presenter: some Presenter) throws -> End {
        var chosen = Item.network
        var complaint: Complaint?
        while true {
            var page = Page("menu", "Menu", actions: [Page.Action("open", "Open"), Page.Action("close", "Leave")])
            let items = Item.allCases.filter { $0 != .shell || allowsShell }
            page.fields = [
                .choice("item", "What shall be done?", items.map { .init($0.rawValue, $0.label) }, chosen.rawValue)
            ]
            page.complaint = complaint
            complaint = nil
            let answer = try presenter.ask(page)
            guard answer.action == "open", let item = Item(rawValue: answer["item"]) else { return .closed }
            chosen = item
            do {
                switch item {
                case .shell: return .shell
                case .diagnosis: try diagnose(presenter)
                case .logs: try showLogs(presenter)
                case .bundle: complaint = try collect(presenter)
                case .upgrade: complaint = try upgrade(presenter)
                case .rollback: complaint = try run(["nodectl", "rollback"], presenter, "Start the other slot next")
                case .reset: complaint = try reset(presenter)
                case .restart: try end(presenter, "Restart", ["systemctl", "--no-block", "reboot"])
                case .off: try end(presenter, "Power off", ["systemctl", "--no-block", "poweroff"])
                default: try change(item, presenter)
                }
            } catch let failure as Failure {
                complaint = Complaint(failure.words)
            }
        }
    }

    private func change(_ item: Item, _ presenter: some Presenter) throws {
        guard let topic = item.topic else { return }
        let turn = try SetupTurn.take()
        defer { turn.release() }
        var draft = draft()
        draft.installs = false
        var setup = Setup(draft, machine, about: topic)
        do { _ = try setup.run(presenter) } catch PresenterEnd.interrupted {}
    }

    /// Runs a command after a question; what it says is shown.
    private func run(_ words: [String], _ presenter: some Presenter, _ title: String) throws -> Complaint? {
        var page = Page("confirm", title, actions: [Page.Action("go", title), .back])
        page.text = ["This runs: " + words.joined(separator: " ")]
        guard try presenter.ask(page).action == "go" else { return nil }
        let result = try presenter.work(title) { _ in try perform(words) }
        guard result.status != 0 else { return nil }
        return Complaint(result.errorTail.split(separator: "\n").joined(separator: " "))
    }

    /// Looks for a version, and puts it into the other slot; the restart is another item.
    private func upgrade(_ presenter: some Presenter) throws -> Complaint? {
        let found = try presenter.work("Asking the repository") { _ in try perform(["nodectl", "upgrade", "check"]) }
        guard found.status == 0 else { return Complaint(Self.words(found)) }
        var page = Page("upgrade", "Upgrade", actions: [Page.Action("go", "Upgrade"), .back])
        page.text = [
            "It goes into the slot that does not run. This one, and its guests, go on; the new version is on trial at the next "
                + "restart, and this one comes back by itself when it is not healthy."
        ]
        page.listing = Self.lines(found.text)
        guard try presenter.ask(page).action == "go" else { return nil }
        let result = try presenter.work("Upgrading") { _ in try perform(["nodectl", "upgrade", "apply"]) }
        guard [ExitStatus.done, .rebootRequired].map(\.rawValue).contains(result.status) else {
            return Complaint(Self.words(result))
        }
        try show(["The new version is ready.", "Restart this node when its guests allow it."], "Upgrade", presenter)
        return nil
    }

    private static func words(_ result: Command.Result) -> String {
        result.errorTail.split(separator: "\n").suffix(3).joined(separator: " ")
    }

    /// Lets the next start forget everything that this node has kept.
    private func reset(_ presenter: some Presenter) throws -> Complaint? {
        var page = Page("reset", "Reset to factory", actions: [Page.Action("go", "Reset and restart"), .back])
        page.text = [
            "Everything that this node has kept is lost: its configuration, machine id, SSH host keys, registration, logs, and "
                + "guests' disks below /var. It restarts, and is set up anew. Remove it from its engine first.",
            guestWords,
        ]
        page.fields = [.text("name", "To go on, type \"reset\"", limit: 16).confirming]
        while true {
            let answer = try presenter.ask(page)
            guard answer.action == "go" else { return nil }
            guard answer["name"] != "reset" else { break }
            page.complaint = Complaint("\"\(answer["name"])\" is not \"reset\": nothing was changed", field: "name")
        }
        for words in [["nodectl", "state", "reset", "--yes"], ["systemctl", "--no-block", "reboot"]] {
            let result = try perform(words)
            guard result.status == 0 else {
                return Complaint(result.errorTail.split(separator: "\n").joined(separator: " "))
            }
        }
        return nil
    }

    private var guestWords: String {
        guests().map { count in
            count == 0
                ? "No guest runs on this node."
                : "\(count) guest\(count == 1 ? " runs" : "s run") on this node, and \(count == 1 ? "is" : "are") shut down with it."
        } ?? "Whether guests run on this node is not known: libvirt does not answer."
    }

    private func end(_ presenter: some Presenter, _ title: String, _ words: [String]) throws {
        var page = Page("confirm", title, actions: [Page.Action("go", title), .back])
        page.text = [guestWords]
        guard try presenter.ask(page).action == "go" else { return }
        try perform(words).check()
    }

    private func diagnose(_ presenter: some Presenter) throws {
        var page = Page("diagnosis", "Diagnosis", actions: [Page.Action("open", "Look"), .back])
        page.fields = [.choice("what", "What?", Diagnosis.allCases.map { .init($0.rawValue, $0.title) })]
        while true {
            let answer = try presenter.ask(page)
            guard answer.action == "open", let diagnosis = Diagnosis(rawValue: answer["what"]) else { return }
            page.fields[0].value = diagnosis.rawValue
            try show(diagnosis, presenter)
        }
    }

    private func show(_ diagnosis: Diagnosis, _ presenter: some Presenter) throws {
        var target = ""
        if let field = diagnosis.field {
            var page = Page("target", diagnosis.title)
            page.fields = [field]
            while true {
                let answer = try presenter.ask(page)
                guard answer.action == Page.Action.next.name else { return }
                target = answer["target"]
                guard let mistake = field.check(target) else { break }
                page.fields[0].value = target
                page.complaint = Complaint(mistake, field: "target")
            }
        }
        let wanted = target
        let lines = try presenter.work(diagnosis.title) { _ in
            try diagnosis.commands(wanted).flatMap { command -> [String] in
                let result = try command.run()
                return ["$ " + command.quoted] + Self.lines(result.text) + Self.lines(result.errorTail)
            }
        }
        try show(lines, diagnosis.title, presenter)
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func show(_ lines: [String], _ title: String, _ presenter: some Presenter) throws {
        var page = Page("output", title, actions: [Page.Action("close", "Close")])
        page.listing = lines.isEmpty ? ["(nothing)"] : lines
        _ = try presenter.ask(page)
    }

    private func showLogs(_ presenter: some Presenter) throws {
        var page = Page("logs", "Logs", actions: [Page.Action("open", "Show"), .back])
        page.fields = [
            .choice(
                "priority", "How bad at least?",
                [.init("err", "Errors"), .init("warning", "Warnings"), .init("info", "Everything")]),
            .text("filter", "With these words", limit: 200).hinting("empty for all"),
        ]
        while true {
            let answer = try presenter.ask(page)
            guard answer.action == "open" else { return }
            for index in page.fields.indices { page.fields[index].value = answer.values[page.fields[index].name] ?? "" }
            let words = answer["filter"].lowercased()
            let lines = try presenter.work("Logs") { _ in
                let command = Command(
                    "journalctl", ["-b", "--no-pager", "-o", "short-iso", "-n", "5000", "-p", answer["priority"]])
                return try Self.lines(command.run().check().text).filter {
                    words.isEmpty || $0.lowercased().contains(words)
                }
            }
            // The newest are what one looks for.
            try show(Array(lines.suffix(1000).reversed()), "Logs, the newest first", presenter)
        }
    }

    private func collect(_ presenter: some Presenter) throws -> Complaint? {
        let path = try presenter.work("Collecting") { _ in try SupportBundle.write() }
        try show(["The support bundle is at", "  " + path, "Fetch it with scp."], "Support bundle", presenter)
        return nil
    }
}
