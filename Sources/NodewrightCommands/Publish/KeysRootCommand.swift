import ArgumentParser

/// `nodewright keys root`: the ceremony of the root keys.
struct KeysRootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "root",
        abstract: "Make, renew, sign and show root files.",
        discussion: """
            A root file says which keys sign for which role. It is made where a root key \
            is, carried to the holders of the others to be signed, and put into the \
            repository by "nodewright publish --root". Images carry one, too.

            EXAMPLES
              nodewright keys root init --threshold 2 --key root=second.pub
              nodewright keys root sign 1.root.json --keys /media/usb/keys
            """,
        subcommands: [RootInitCommand.self, RootSignCommand.self, RootRenewCommand.self, RootShowCommand.self])
}
