import ArgumentParser
import Document
import Glibc
import Host
import Node
import NodeConfig

/// `nodectl register`
struct RegisterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Register this node with an oVirt Engine.",
        discussion: """
            Example: nodectl register engine.example.org --fingerprint 33:2B:A5:…

            Checks the certificate of the engine's authority, lets the engine's SSH key in, and asks to become one of its \
            hosts. What is not given comes from the node configuration; what was given and has worked is stored there, \
            besides user and password. Without a fingerprint or a certificate a person is shown the fingerprint and asked.

            With credentials, the REST interface shows whether the engine really lists the node; --approve approves it, else \
            half an hour is waited for somebody who does, and the installation is followed to its end.

            Exit status: 0 done, 2 refused or wrong usage, 3 nothing to do, 4 the engine does not answer, 5 the engine is \
            not trusted, 8 the engine is not ready, another process registers this node, or a change of the network waits to \
            be confirmed, 9 there is no such service, or the engine could not install its agent.
            """)

    @Argument(help: ArgumentHelp("The engine's host name or IP address.", valueName: "engine[:port]"))
    var engine: String?
    @OptionGroup var settings: EngineOptions
    @Flag(help: "Tell the engine once more.")
    var again = false
    @Flag(help: "Show how far registration has come, and do nothing.")
    var status = false
    @Flag(help: "Forget the engine: its authority, its key, and the engine in the stored configuration.")
    var forget = false
    @Flag(help: "Ask nobody, and try again for an hour when the engine or the network is not ready.")
    var unattended = false
    @Flag(help: "Print steps and result as JSON objects, one a line.")
    var json = false
    @OptionGroup var options: ConfigOptions

    func validate() throws {
        if status || forget, engine != nil || settings.isGiven || again || unattended || status && forget {
            throw ValidationError("\(status ? "--status" : "--forget") stands alone, or with --json")
        }
        if again, unattended { throw ValidationError("--again is for people: leave out --unattended") }
        try settings.check(engine: engine)
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        if status { return try showStatus() }
        // Before the engine is asked: what was found could not be stored.
        if forget || engine != nil || settings.isGiven { try NetworkChange.withoutChange(root: options.root) {} }
        if forget { return try forgetEngine() }
        if unattended {
            PatientRegistration.waitForConfiguration(root: options.root, seconds: 1200)
            try PatientRegistration.leaveToInstalledNode(root: options.root)
        }
        let inputs = try options.inputs()
        let reading = inputs.read(warn: Output.warning)
        // At a start after the configuration has changed; people may try another engine without losing theirs.
        if unattended, reading.saysWhichEngine,
            let former = try Registration.forget(unless: reading.configuration.engine, root: options.root)
        {
            say("the engine \(former) is not the configured one: it is forgotten, and cannot log in any more")
        }
        var configuration = reading.configuration
        configuration.engine = try settings.settings(over: configuration.engine, engine: engine)
        let state = try register(configuration)
        if engine != nil || settings.isGiven {
            let engine = RegisteredEngine(configuration.engine, state, inputs: inputs, reading: reading)
            try during("the engine has answered, but is not stored in the configuration") {
                try NetworkChange.withoutChange(root: options.root, engine.store)
            }
        }
        try result(state)
    }

    private func register(_ configuration: NodeConfiguration) throws -> RegistrationState {
        var wishes = Registration.Options()
        wishes.again = again
        wishes.diagnose = { Readiness(configuration).likelyCause() }
        if !unattended, !json, isatty(0) == 1 { wishes.ask = ask }
        let registration = try Registration(configuration, root: options.root, options: wishes, say: say)
        guard unattended else { return try registration.run() }
        return try PatientRegistration(registration, patience: 3600).run(again: say)
    }

    private func say(_ line: String) {
        guard json else { return Output.error("nodectl: " + line) }
        try? Output.result(JSON.text(["event": "step", "message": .string(line)]) + "\n")
    }

    private func ask(_ authority: OfferedAuthority) -> Bool {
        Output.error(
            """
            The engine shows this authority: \(authority.subject)
              SHA-256  \(authority.sha256)
              SHA-1    \(authority.sha1)
            Compare it with what the engine's administrators say. Is it the right one? Write yes to trust it:
            """)
        return readLine(strippingNewline: true) == "yes"
    }

    private func result(_ state: RegistrationState) throws {
        try Output.result(json ? JSON.text(state.json) + "\n" : state.text)
    }

    private func showStatus() throws {
        let state = try RegistrationStore(root: options.root).readState()
        let engine = EngineLocation(try options.inputs().read(warn: { _ in }).configuration.engine)
        // What is remembered of another engine says nothing about the one that is configured now.
        if let state, engine == nil || state.engine == engine?.description { return try result(state) }
        guard let engine else {
            throw Failure(
                .nothingToDo, "this node has not been registered with an engine", hint: "nodectl register ENGINE")
        }
        try result(RegistrationState(engine: "\(engine)"))
    }

    private func forgetEngine() throws {
        let isRemoved = try RegisteredEngine.remove(from: options.inputs())
        do { try Registration.forget(root: options.root) } catch let failure as Failure
            where failure.status == .nothingToDo && isRemoved
        {}
        if json { try Output.result(JSON.text(["result": "forgotten"]) + "\n") }
        Output.error("nodectl: the engine is forgotten; it may still list this node")
    }
}
