import ArgumentParser
import Document
import Glibc
import Host
import Node
import NodeConfig

/// `nodectl apply`
struct ApplyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Bring a node configuration into force, with a way back.",
        discussion: """
            Example: nodectl apply node.yaml

            Cards are pinned by their permanent hardware address, the network is changed and then looked at: links, \
            addresses, routers (ARP, neighbour discovery), name servers, the engine's port. When something does not work, \
            everything goes back at once. When it works, it still goes back by itself unless "nodectl confirm" is run in \
            time from a new SSH connection or on the console (there Enter is enough), or --yes was given. Only then is \
            the configuration stored. A change that does not touch the network needs no confirmation, but there is no way \
            back by itself: when it takes away a way to log in (SSH, its port, a key, the console), it says so and asks first.

            Exit status: 3 when the node is already as the configuration says, 4 when the network went back.
            """)

    @Argument(
        help: "The node configuration, YAML or JSON; \"-\" for standard input. Without it, the stored one is applied.")
    var file: String?

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    @Flag(help: "Keep the change as soon as it has been found to work, and ask nothing.")
    var yes = false

    @Option(
        help: ArgumentHelp(
            "Time to confirm (default: 60, and 120 with bonds, bridges or VLANs).", valueName: "seconds"))
    var timeout: Int?

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func validate() throws {
        if let timeout, !(10...3600).contains(timeout) {
            throw ValidationError("--timeout is \(timeout), but must be from 10 to 3600 seconds")
        }
    }

    func run() throws {
        // An SSH connection that the change cuts off must not end it half way.
        signal(SIGHUP, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let application = try ConfigurationApplication(try wanted(), store: .node) { event in
            if case .started(let phase, _, _) = event { Output.error("nodectl: " + phase) }
        }
        application.warnings.forEach(Output.warning)
        guard !application.isDone else {
            throw Failure(.nothingToDo, "the node is already as \(source) says")
        }
        let lost = lostAccess(application)
        lost.forEach(Output.warning)
        if dryRun { return try result("dry-run", application.lines, application.warnings + lost) }
        if !yes, !lost.isEmpty { try confirmLoss() }
        if application.network.isEmpty {
            try application.applyWithoutNetwork()
            return try result("applied", application.lines, application.warnings)
        }
        let seconds = timeout ?? application.defaultTimeout
        let waiting = try application.changeNetwork(timeout: seconds)
        waiting.warnings.forEach(Output.warning)
        if yes {
            try ConfigurationApplication.confirm(store: .node)
        } else {
            try Confirmation(change: waiting.change, seconds: seconds).wait()
        }
        try result("applied", application.lines, application.warnings + waiting.warnings)
    }

    /// What of the ways to log in goes. A stored configuration can only be compared with what runs.
    private func lostAccess(_ application: ConfigurationApplication) -> [String] {
        guard file == nil else {
            let line = KernelCommandLine((try? File.read("/proc/cmdline", limit: KernelCommandLine.limit)) ?? [])
            let before = NodeInputs(commandLine: line).read(warn: { _ in }).configuration
            return before.accessLost(with: application.configuration)
        }
        return application.settings.filter(\.isAboutAccess).map(\.line)
    }

    /// Lets a person say once more that ways to log in shall go.
    private func confirmLoss() throws {
        tcflush(0, TCIFLUSH)
        let answer = try Question.ask(
            "This does not go back by itself. Type yes to go on: ",
            nobody: Failure(
                .invalidInput, "this takes away ways to log in, and nobody is there who could confirm it",
                hint: "add --yes, when another way stays open"))
        guard answer == "yes" else { throw Failure(.nothingToDo, "nothing was changed") }
    }

    /// Where the configuration comes from, for people.
    private var source: String {
        switch file {
        case nil: "the stored configuration"
        case "-": "standard input"
        case .some(let file): file
        }
    }

    private func wanted() throws -> NodeConfiguration {
        guard let file else {
            guard let stored = try ConfigurationApplication.Store.node.read() else {
                throw Failure(.invalidInput, "no configuration is stored", hint: "name a file: nodectl apply node.yaml")
            }
            return stored
        }
        let bytes =
            file == "-"
            ? try File.read(descriptor: 0, named: source, limit: NodeConfiguration.sizeLimit)
            : try File.read(file, limit: NodeConfiguration.sizeLimit)
        return try NodeConfiguration.read(bytes, file: source) { Output.error("\($0)") }
    }

    private func result(_ word: String, _ lines: [String], _ warnings: [String] = []) throws {
        guard json else {
            if dryRun { try Output.result(lines.map { $0 + "\n" }.joined()) } else { Output.error("nodectl: applied") }
            return
        }
        try Output.result(
            JSON.text(["result": .string(word), "changes": .strings(lines), "warnings": .strings(warnings)]) + "\n")
    }
}
