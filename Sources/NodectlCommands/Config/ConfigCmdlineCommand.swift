import ArgumentParser
import Document
import Host
import NodeConfig

/// `nodectl config cmdline`
struct ConfigCmdlineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cmdline", abstract: "Show what a kernel command line configures.",
        discussion: """
            Example: nodectl config cmdline --text "ip=eno1:dhcp hostname=node1"

            Prints the node configuration that the words give, without secrets, and what \
            is wrong with them by word and character. Without --text it reads the running \
            kernel's. Exit status: 0 no mistakes, 2 mistakes.
            """)

    @Option(help: "The command line, instead of the running kernel's.")
    var text: String?
    @Flag(help: "Print one JSON object.")
    var json = false
    @Flag(help: "Print the table of all words in Markdown instead.")
    var markdown = false

    func run() throws {
        if markdown { return try Output.result(CommandLinePage.text) }
        let bytes = try text.map { Array($0.utf8) } ?? File.read("/proc/cmdline", limit: KernelCommandLine.limit)
        let reading = CommandLineReading(KernelCommandLine(bytes))
        if json {
            try Output.result(JSON.text(reading.json) + "\n")
        } else {
            for mistake in reading.mistakes { Output.error("\(mistake.severity.rawValue): \(mistake)") }
            try Output.result(reading.text)
        }
        guard reading.hasErrors else { return }
        let count = reading.mistakes.count { $0.severity == .error }
        throw Failure(.invalidInput, "the kernel command line has \(count) mistake\(count == 1 ? "" : "s")")
    }
}
