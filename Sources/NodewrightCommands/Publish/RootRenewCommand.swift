import ArgumentParser
import Publishing

/// `nodewright keys root renew`.
struct RootRenewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Make the next root file: valid for longer, with more keys, fewer, or other thresholds.",
        discussion: """
            EXAMPLES
              nodewright keys root renew /srv/updates/metadata/1.root.json
              nodewright keys root renew 2.root.json --remove 1a2b3c4d --threshold root=2

            EXIT STATUS
              0 done, which still may need the signatures of others; 2 a role would have
              too few keys.
            """)

    @Argument(help: ArgumentHelp("The newest root file.", valueName: "file"))
    var root: String

    @Option(help: ArgumentHelp("A public key that signs from then on; may be repeated.", valueName: "role=file"))
    var add: [ForeignKey] = []

    @Option(help: ArgumentHelp("A key that goes, by the beginning of its name; may be repeated.", valueName: "id"))
    var remove: [String] = []

    @Option(help: ArgumentHelp("How many keys of a role have to sign; may be repeated.", valueName: "role=number"))
    var threshold: [NamedNumber] = []

    @OptionGroup var draft: RootDraftOptions
    @OptionGroup var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for one in threshold where KeyRole(one.name).map({ KeyRole.topLevel.contains($0) }) != true {
            throw ValidationError("--threshold: \"\(one.name)\" is none of root, targets, snapshot and timestamp")
        }
    }

    func run() throws {
        var change = RootChange()
        change.added = try add.map { try $0.read() }
        change.removed = remove
        for one in threshold { if let role = KeyRole(one.name) { change.thresholds[role] = one.number } }
        try draft.write(change, after: RootFile(file: root), keyOptions.ring(), output)
    }
}
