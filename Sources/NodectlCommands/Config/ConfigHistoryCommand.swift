import ArgumentParser
import Document
import Host
import Node
import NodeConfig

/// `nodectl config history`
struct ConfigHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List the stored configurations of this node.",
        discussion: """
            Example: nodectl config history

            The last five configurations of the slot that runs, the oldest first; a star marks the current one.
            """)

    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var options: ConfigOptions

    func run() throws {
        let generations = try options.inputs().store.generations()
        if json {
            let objects = generations.map { generation -> JSONValue in
                [
                    "generation": .integer(generation.number), "current": .bool(generation.isCurrent),
                    "file": .string(generation.path), "author": .optional(generation.note),
                ]
            }
            return try Output.result(JSON.text(.array(objects), pretty: true))
        }
        guard !generations.isEmpty else { throw Failure(.nothingToDo, "no configuration is stored") }
        let lines = generations.map {
            "\($0.isCurrent ? "*" : " ") \($0.number)  written by \($0.note ?? "somebody")\n"
        }
        try Output.result(lines.joined())
    }
}
