import ArgumentParser
import Document
import Host
import Inspection

/// `nodewright diff`: what differs between two artefacts.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what differs between two artefacts.",
        discussion: """
            Packages, files with their content, bytes, kernel and kernel arguments. The \
            artefacts may be of different kinds: an ISO and a disk image, for example.

            EXAMPLES
              nodewright diff old/hypervisor-0.1.0-x86_64.iso out/hypervisor-0.2.0-x86_64.iso
              nodewright diff old.iso new.qcow2 --html diff.html

            EXIT STATUS
              0 done; 2 one of them is no artefact, or damaged.
            """)

    @Argument(help: ArgumentHelp("An artefact of nodewright build.", valueName: "old"))
    var old: String

    @Argument(help: ArgumentHelp("Another one.", valueName: "new"))
    var new: String

    @Option(help: ArgumentHelp("Write the differences as a page, too.", valueName: "file"))
    var html: String?

    @OptionGroup var outputOptions: OutputOptions

    func run() throws {
        let difference = try ArtefactDifference(old: old, new: new, progress: outputOptions.progress())
        if let html { try File.write(html, difference.html) }
        print(outputOptions.json ? JSON.text(difference.json) : difference.text)
    }
}
