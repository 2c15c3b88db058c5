import ArgumentParser
import Document
import Host
import Node

/// `nodectl health`
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health", abstract: "Ask whether this node is healthy.",
        discussion: """
            Example: nodectl health

            Required checks decide whether a slot is good; wanted ones only warn. Programs in \
            /etc/nodewright/health.d/required and in /etc/nodewright/health.d/wanted add to them, and so do those below \
            /usr/lib/nodewright/health.d: status 0 is healthy, the last line of output says what is wrong.

            Exit status: 9 a required check has failed.
            """)

    @Flag(
        help: ArgumentHelp(
            "Wait until it is healthy, then mark its slot good; restart a trial that is not.", visibility: .hidden))
    var gate = false
    @Option(help: ArgumentHelp("Time for --gate.", valueName: "seconds", visibility: .hidden))
    var deadline = HealthGate.deadline
    @Flag(help: ArgumentHelp("End --gate after the deadline in any case.", visibility: .hidden))
    var once = false
    @OptionGroup var options: SlotOptions

    func run() throws {
        let configuration = try options.node.inputs().read(warn: { _ in }).configuration
        let checks = HealthChecks(configuration, commandLine: try options.node.commandLine())
        if gate {
            try HealthGate(checks, options.slots()).run(deadline: deadline, once: once)
            for check in checks.wanted() where check.problem != nil { Output.warning(check.text) }
            return
        }
        let all = checks.required() + checks.wanted()
        let failed = all.filter { $0.isRequired && $0.problem != nil }
        let object: JSONValue = ["healthy": .bool(failed.isEmpty), "checks": .array(all.map(\.json))]
        try Output.result(options.json ? JSON.text(object, pretty: true) : all.map(\.text).joined())
        if !failed.isEmpty {
            throw Failure(
                .incompatible, "this node is not healthy: \(failed.map(\.name).joined(separator: ", "))")
        }
    }
}
