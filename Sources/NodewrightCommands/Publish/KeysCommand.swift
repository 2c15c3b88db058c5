import ArgumentParser

/// `nodewright keys`: the keys that sign an update repository.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make and replace the keys that sign an update repository.",
        discussion: """
            Four roles sign: root says which keys the others have and stays offline; \
            targets signs releases; snapshot and timestamp sign that they belong \
            together and are of today. channel-NAME signs one channel alone. A key is \
            revoked by replacing it.

            EXAMPLES
              nodewright keys generate root targets snapshot timestamp
              nodewright keys root init
              nodewright publish --repository /srv/updates --root 1.root.json
              nodewright keys rotate timestamp --root 1.root.json
            """,
        subcommands: [KeysGenerateCommand.self, KeysListCommand.self, KeysRotateCommand.self, KeysRootCommand.self])
}
