import ArgumentParser
import Document
import Host
import Node

/// `nodectl check`
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check whether an oVirt Engine can use this node.",
        discussion: """
            Example: nodectl check

            Looks for what an engine needs to log in, to install its agent and to start guests: sshd, python3, \
            virtualization, VDSM, space, time, DNS. Each check is ok, a warning, or failed, with advice.

            Exit status: 0 nothing has failed, 9 something has.
            """)

    @Flag(help: "Print the checks as one JSON object.")
    var json = false
    @OptionGroup var options: ConfigOptions

    func run() throws {
        let configuration = try options.inputs().read(warn: Output.warning).configuration
        let checks = Readiness(configuration).checks()
        let failed = checks.count { $0.outcome == .failed }
        if json {
            try Output.result(
                JSON.text(["ready": .bool(failed == 0), "checks": .array(checks.map(\.json))], pretty: true))
        } else {
            try Output.result(checks.map(\.text).joined())
        }
        if failed > 0 {
            throw Failure(
                .incompatible,
                "an engine cannot use this node: \(failed) check\(failed == 1 ? " has" : "s have") failed")
        }
    }
}
