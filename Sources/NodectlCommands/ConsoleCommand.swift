import ArgumentParser
import Console
import Glibc
import Host
import Node
import NodeConfig

/// `nodectl console`
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Show the status screen on this terminal; Enter logs in, F2 opens the menu.",
        discussion: """
            Example: nodectl console

            What the getty units of tty1 and of the serial consoles run. The screen is shown again when something on it has \
            changed. On a node that nobody has set up, Enter starts the wizard. Else Enter starts agetty in its place, and F2 \
            opens the menu for whoever knows root's password.
            """)

    /// Seconds without a key after which a page is left, unless the configuration says how long.
    private static let idle = 900.0

    @OptionGroup var node: NodeOptions

    func run() throws {
        let reader = ServiceReader()
        // Somebody may have configured the node meanwhile.
        if SetupTurn.wasCutOffHere, node.status(reader).offersSetup { try setUp(reader) }
        let watch = NodeWatch()
        while true {
            let terminal = ConsoleTerminal()
            let end = try StatusConsole(terminal, watch: watch, setupOn: { SetupTurn.holder }) {
                node.status(reader, guests: watch.guests())
            }.run()
            let isVirtual = terminal.isVirtual
            terminal.release()
            switch end {
            case .hangup: return
            case .setup: try setUp(reader)
            case .menu: try openMenu(isVirtual: isVirtual)
            case .login:
                guard let login = Login.command(isVirtual: isVirtual) else {
                    try terminal.say(" Logging in is not possible here: agetty is not installed.")
                    sleep(3)
                    continue
                }
                try Login.start(login)
            }
        }
    }

    private var commandLine: KernelCommandLine {
        KernelCommandLine((try? File.read("/proc/cmdline", limit: KernelCommandLine.limit)) ?? [])
    }

    private var machine: RunningMachine { RunningMachine(commandLine, store: .node) }

    private func presenter(idle seconds: Double?) -> any Presenter {
        if PlainPresenter.isWanted(commandLine) { return PlainPresenter(idle: seconds) }
        return NewtPresenter(headline: "Nodewright \(version)", idle: seconds) ?? PlainPresenter(idle: seconds)
    }

    private func setUp(_ reader: ServiceReader) throws {
        var machine = machine
        // Nobody is asked for a password here.
        machine.isWanted = { node.status(reader).offersSetup }
        let turn: SetupTurn
        do { turn = try SetupTurn.take(resumes: true) } catch let failure as Failure where failure.status == .busy {
            return
        }
        defer { turn.release() }
        var setup = Setup(machine.draft(), machine, journal: .node)
        do {
            let outcome = try setup.run(presenter(idle: Self.idle))
            if outcome == .installed(restarts: true) {
                try machine.restart()
                // The status screen has nothing to say any more.
                sleep(600)
            }
        } catch is PresenterEnd {}
    }

    private func openMenu(isVirtual: Bool) throws {
        let machine = machine
        let settings = machine.draft().configuration.console
        let seconds = settings.idleLogout.map { $0 == 0 ? nil : Double($0) } ?? Self.idle
        let presenter = presenter(idle: seconds)
        do {
            guard try AdministratorPages.login(presenter) else { return }
            let menu = NodeMenu(
                machine, draft: machine.draft, guests: { RunningGuests.read()?.names.count },
                allowsShell: !settings.isLocked)
            guard try menu.run(presenter) == .shell else { return }
        } catch is PresenterEnd { return }
        (presenter as? NewtPresenter)?.stop()
        // Whoever got here has given root's password.
        try Login.start(["/bin/login", "-p", "-f", "root"])
    }
}
