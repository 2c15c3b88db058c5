import ArgumentParser
import Host
import Publishing

/// `nodewright keys rotate`.
struct KeysRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace a key of a role: the next version of the root file.",
        discussion: """
            Makes a key, or takes one of another machine (--key), writes the next \
            version of the root file and signs it with the root keys that are here. \
            "nodewright publish --root" puts it into force once it is complete; the old \
            key means nothing to nodes from then on. A channel's key is replaced by \
            "nodewright publish --delegate".

            EXAMPLES
              nodewright keys rotate timestamp --root 1.root.json
              nodewright keys rotate targets --root 3.root.json --key ci.pub

            EXIT STATUS
              0 done, which still may need the signatures of others; 2 wrong usage or
              wrong passphrase.
            """)

    @Argument(help: ArgumentHelp("root, targets, snapshot or timestamp.", valueName: "role"))
    var role: KeyRole

    @Option(help: ArgumentHelp("The newest root file.", valueName: "file"))
    var root: String

    @Option(help: ArgumentHelp("The public key that takes its place (default: a new one).", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp("The key that goes, by the beginning of its name (default: the only one).", valueName: "id"))
    var replace: String?

    @Flag(help: "Do not encrypt the new key: for the secrets store of a CI.")
    var noPassphrase = false

    @OptionGroup var draft: RootDraftOptions
    @OptionGroup var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if case .channel(let name) = role {
            throw ValidationError(
                "a channel's key is replaced by: nodewright publish --delegate \(name) --key FILE.pub")
        }
    }

    func run() throws {
        let file = try RootFile(file: root)
        let source = keyOptions.source
        let old = try file.replaced(role, replace)
        let new =
            try key.map { try KeyFolder.key(role, publicFile: $0) }
            ?? keyOptions.folder.generate(role, passphrase: noPassphrase ? nil : source.newPassphrase())
        var change = RootChange()
        change.removed = [old]
        change.added = [new]
        try draft.write(change, after: file, KeyRing(keyOptions.folder, source), output)
    }
}
