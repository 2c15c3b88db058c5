import ArgumentParser
import Host
import Publishing

/// `nodewright keys root sign`.
struct RootSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Add the signatures of the root keys that are here to a root file.",
        discussion: """
            Look at it with "nodewright keys root show" first. Root keys of the version \
            before it sign, too, if that is named or lies beside it.

            EXAMPLES
              nodewright keys root sign 1.root.json --keys /media/usb/keys
              nodewright keys root sign 2.root.json --previous 1.root.json

            EXIT STATUS
              0 done, which still may need the signatures of others; 2 no key that is
              here signs it; 3 all have signed already.
            """)

    @Argument(help: ArgumentHelp("A root file.", valueName: "file"))
    var root: String

    @Option(help: ArgumentHelp("The version before it (default: the one beside it).", valueName: "file"))
    var previous: String?

    @OptionGroup var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var file = try RootFile(file: root)
        let before = try RootDraft.previous(of: file, at: root, named: previous)
        _ = try RootDraft.sign(&file, at: root, previous: before, keyOptions.ring())
        RootDraftOptions.show(file, at: root, previous: before, output)
    }
}
