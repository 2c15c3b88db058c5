import ArgumentParser
import Document
import Host
import Node
import NodeConfig

/// `nodectl config show`
struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the configuration of this node.",
        discussion: """
            Example: nodectl config show --origin

            The stored configuration, or, while nothing is stored, what the image, a credential, a config disk, a URL and \
            the kernel command line say, in this order. Passwords and their hashes are shown as (secret).
            """)

    @Flag(help: "Print each value with where it came from, one a line.")
    var origin = false
    @Flag(help: "Print JSON.")
    var json = false
    @Flag(help: "Show passwords and their hashes, too.")
    var secrets = false
    @OptionGroup var options: ConfigOptions

    func validate() throws {
        if origin, secrets { throw ValidationError("--origin never shows secrets: leave out --secrets.") }
    }

    func run() throws {
        let reading = try options.inputs().read(warn: Output.warning)
        for mistake in reading.mistakes { Output.error("\(mistake)") }
        for input in reading.choice.ignored {
            Output.warning("what the \(input.origin.name) says is ignored, because a configuration is stored")
        }
        let configuration = reading.configuration
        configuration.warnings(root: options.root).forEach(Output.warning)
        if origin { return try Output.result(origins(reading)) }
        if json {
            let value = secrets ? configuration.json : configuration.shownJSON
            try Output.result(JSON.text(value, pretty: true))
        } else {
            try Output.result(secrets ? configuration.yaml : configuration.shownYAML)
        }
    }

    private func origins(_ reading: NodeInputs.Reading) -> String {
        let values = reading.choice.layers.values(stored: reading.generation?.sources ?? [:])
        guard json else {
            return values.map {
                let mark = $0.isInsecure ? ", insecure" : ""
                return "\($0.path): \(JSON.text($0.value))  (\(words(for: $0, reading))\(mark))\n"
            }.joined()
        }
        let objects = values.map { value -> JSONValue in
            [
                "path": .string(value.path), "value": value.value, "origin": .string(value.origin.name),
                "place": .string(value.place), "source": .optional(value.source), "insecure": .bool(value.isInsecure),
            ]
        }
        return JSON.text(.array(objects), pretty: true)
    }

    private func words(for value: LayeredConfiguration.Value, _ reading: NodeInputs.Reading) -> String {
        if value.origin == .stored, let generation = reading.generation {
            let author = generation.note.map { ", written by \($0)" } ?? ""
            return "\(value.source.map { "\($0), " } ?? "")stored as generation \(generation.number)\(author)"
        }
        return value.place == value.origin.name ? value.place : "\(value.origin.name), \(value.place)"
    }
}
