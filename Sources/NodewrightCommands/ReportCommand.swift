import ArgumentParser
import Document
import Host
import Inspection

/// `nodewright report`: a page about an artefact.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a page about where an artefact's bytes are, and why.",
        discussion: """
            One HTML file that loads nothing: a treemap by package and by folder, the trim \
            rules and their yield, every package with its reason, and the time line of the \
            build when the artefact still lies where it was built.

            EXAMPLES
              nodewright report out/hypervisor-0.1.0-x86_64.iso --output report.html

            EXIT STATUS
              0 done; 2 the artefact is none, or damaged; 7 the page cannot be written.
            """)

    @Argument(help: ArgumentHelp("An artefact of nodewright build.", valueName: "artefact"))
    var artefact: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The page.", valueName: "file"))
    var output = "report.html"

    @OptionGroup var outputOptions: OutputOptions

    func run() throws {
        let report = try ArtefactReport(artefact, progress: outputOptions.progress())
        try File.write(output, report.html)
        let path = Path.absolute(output)
        print(outputOptions.json ? JSON.text(["result": "done", "report": .string(path)]) : path)
    }
}
