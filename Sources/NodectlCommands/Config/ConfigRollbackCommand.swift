import ArgumentParser
import Document
import Host
import Node
import NodeConfig

/// `nodectl config rollback`
struct ConfigRollbackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Go back to an earlier stored configuration.",
        discussion: """
            Example: nodectl config rollback

            Makes the configuration before the current one current, or the one with --generation. It comes into force at \
            the next start, or at once with "nodectl apply".

            Exit status: 3 when there is none before, 8 while a change of the network waits to be confirmed.
            """)

    @Option(
        help: ArgumentHelp("The generation to go back to, as \"nodectl config history\" lists them.", valueName: "n"))
    var generation: Int?
    @Flag(help: "Print one JSON object.")
    var json = false
    @OptionGroup var options: ConfigOptions

    func run() throws {
        let store = try options.inputs().store
        let target = try NetworkChange.withoutChange(root: options.root) { try store.rollBack(to: generation) }
        let text = "Generation \(target.number) is current now; it comes into force at the next start.\n"
        try Output.result(json ? JSON.text(["generation": .integer(target.number)]) + "\n" : text)
    }
}
