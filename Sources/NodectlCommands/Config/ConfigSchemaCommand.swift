import ArgumentParser
import Document
import NodeConfig

/// `nodectl config schema`
struct ConfigSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of node configurations.",
        discussion: """
            Example: nodectl config schema > nodectl.schema.json

            For editors, and for programs that write such documents.
            """)

    @Flag(help: "Print the reference page in Markdown instead.")
    var markdown = false

    func run() throws {
        try Output.result(markdown ? ReferencePage.text : JSON.text(NodeConfiguration.schema, pretty: true))
    }
}
