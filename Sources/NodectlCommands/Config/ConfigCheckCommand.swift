import ArgumentParser
import Document
import Host
import NodeConfig

/// `nodectl config check`
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Find the mistakes of a node configuration.",
        discussion: """
            Example: nodectl config check node.yaml

            Every mistake is shown as file:line:column with a hint, all in one run. "-" reads standard input. Exit status: \
            0 no mistakes, 2 mistakes.
            """)

    @Argument(help: ArgumentHelp("The document: YAML, or JSON when its name ends in .json.", valueName: "file"))
    var file: String
    @Flag(help: "Print the configuration, or its mistakes, as one JSON object.")
    var json = false

    func run() throws {
        let limit = NodeConfiguration.sizeLimit
        let bytes =
            file == "-"
            ? try File.read(descriptor: 0, named: "standard input", limit: limit) : try File.read(file, limit: limit)
        let diagnostics = Diagnostics()
        let configuration = NodeConfiguration.read(bytes, file: file == "-" ? "standard input" : file, diagnostics)
        let mistakes = diagnostics.sorted
        if json {
            try Output.result(
                JSON.text(["valid": .bool(configuration != nil), "mistakes": .array(mistakes.map(\.json))]) + "\n")
        } else {
            for mistake in mistakes { Output.error("\(mistake)") }
        }
        guard configuration != nil else {
            let count = mistakes.count { $0.severity == .error }
            throw Failure(.invalidInput, "\(file) has \(count) mistake\(count == 1 ? "" : "s")")
        }
        if !json { try Output.result("\(file) is fine\n") }
    }
}
