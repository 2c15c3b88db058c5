import ArgumentParser
import Publishing

/// `nodewright keys root init`.
struct RootInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the first root file of a repository.",
        discussion: """
            It names every key of the key folder for its role, and those of other \
            machines (--key), and is signed with the root keys that are here.

            EXAMPLES
              nodewright keys root init
              nodewright keys root init --threshold 2 --key root=second.pub

            EXIT STATUS
              0 done, which still may need the signatures of others; 2 a role has no
              key, or too few.
            """)

    @Option(help: ArgumentHelp("How many root keys have to sign.", valueName: "number"))
    var threshold = 1

    @Option(help: ArgumentHelp("A public key of another machine; may be repeated.", valueName: "role=file"))
    var key: [ForeignKey] = []

    @OptionGroup var draft: RootDraftOptions
    @OptionGroup var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var change = RootChange()
        change.added = try keyOptions.folder.keys().filter { KeyRole.topLevel.contains($0.role) }
        change.added += try key.map { try $0.read() }
        change.thresholds[.root] = threshold
        try draft.write(change, after: nil, keyOptions.ring(), output)
    }
}
