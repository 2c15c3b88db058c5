import ArgumentParser
import Console
import Document
import Glibc
import Host
import Node
import NodeConfig

/// `nodectl setup`
struct SetupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Set this node up by questions: the wizard of the first start.",
        discussion: """
            Example: nodectl setup

            Asks for keyboard, disk, host name, network, password, SSH keys and engine, shows all of it, and then installs the \
            system to the disk or configures the running one. Nothing is changed before that, but for the keyboard and a \
            network that is tested, which goes back by itself unless it is kept. Esc goes back, F1 explains.

            --answers plays a recorded run: a list of pages with what is filled in. Together with --dry-run it shows what \
            would be asked and done, and changes nothing.

            Exit status: 3 when somebody left it, 8 when it runs on another console.
            """)

    @Flag(help: "Ask line by line: for terminals that cannot place the cursor, and for screen readers.")
    var plain = false

    @Option(help: ArgumentHelp("Play the answers in this file instead of asking.", valueName: "file"))
    var answers: String?

    @Flag(help: "Change nothing; show what would be done.")
    var dryRun = false

    @OptionGroup var options: ConfigOptions

    func run() throws {
        // An SSH connection that a tested network cuts off must not end it half way.
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let commandLine = try options.commandLine()
        let running = RunningMachine(commandLine, store: .node)
        let machine: any SetupMachine = dryRun ? RehearsalMachine(running) { Output.error("would: " + $0) } : running
        let turn = try SetupTurn.take()
        defer { turn.release() }
        var setup = Setup(running.draft(), machine, journal: dryRun || answers != nil ? nil : .node)
        do {
            switch try play(&setup, plain: plain || PlainPresenter.isWanted(commandLine)) {
            case .installed(restarts: true): try machine.restart()
            case .installed(restarts: false), .configured: break
            }
        } catch is PresenterEnd {
            throw Failure(
                .nothingToDo, "the setup was left before its end; nothing of it was done",
                hint: "\"nodectl setup\" goes on where it was")
        }
    }

    private func play(_ setup: inout Setup, plain: Bool) throws -> Setup.Outcome {
        if let answers {
            let document = try YAML.parse(try File.read(answers, limit: 1 << 20), file: answers)
            let recorded = try RecordedPresenter(document) { Output.error("nodectl: " + $0) }
            let outcome = try setup.run(recorded)
            recorded.unused.forEach(Output.warning)
            return outcome
        }
        if !plain, let screen = NewtPresenter(headline: "Nodewright \(version)") { return try setup.run(screen) }
        guard isatty(0) == 1 else {
            throw Failure(
                .invalidInput, "nobody is there who could answer", hint: "run it on a terminal, or with --answers")
        }
        return try setup.run(PlainPresenter())
    }
}
