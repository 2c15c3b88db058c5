import ArgumentParser
import Host
import Publishing

/// `nodewright keys root show`.
struct RootShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the keys of a root file, and which signatures it lacks.",
        discussion: """
            EXAMPLES
              nodewright keys root show 2.root.json --previous 1.root.json
              nodewright keys root show /srv/updates/metadata/1.root.json --json

            EXIT STATUS
              0 done; 2 it is no root file.
            """)

    @Argument(help: ArgumentHelp("A root file.", valueName: "file"))
    var root: String

    @Option(help: ArgumentHelp("The version before it (default: the one beside it).", valueName: "file"))
    var previous: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let file = try RootFile(file: root)
        let before = try RootDraft.previous(of: file, at: root, named: previous)
        RootDraftOptions.show(file, at: root, previous: before, output)
    }
}
