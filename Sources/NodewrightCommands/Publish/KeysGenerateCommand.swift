import ArgumentParser
import Document
import Host
import Publishing

/// `nodewright keys generate`.
struct KeysGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make keys.",
        discussion: """
            Writes ROLE.ID.pem, the private key for you alone, and ROLE.ID.pub beside \
            it. Private keys are encrypted; without one of the options the passphrase \
            comes from NODEWRIGHT_KEYS_PASSPHRASE or is asked for.

            EXAMPLES
              nodewright keys generate root targets --keys /media/usb/keys
              nodewright keys generate snapshot timestamp --no-passphrase

            EXIT STATUS
              0 done; 2 wrong usage, or the folder is open to others; 7 it cannot be
              written.
            """)

    @Argument(help: ArgumentHelp("root, targets, snapshot, timestamp or channel-NAME.", valueName: "role"))
    var roles: [KeyRole]

    @Flag(help: "Do not encrypt: for the secrets store of a CI.")
    var noPassphrase = false

    @OptionGroup var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if roles.isEmpty { throw ValidationError("name at least one role") }
        if noPassphrase, keyOptions.passphraseFile != nil || keyOptions.passphraseFd != nil {
            throw ValidationError("--no-passphrase and a passphrase cannot be used together")
        }
    }

    func run() throws {
        let folder = keyOptions.folder
        let passphrase = noPassphrase ? nil : try keyOptions.source.newPassphrase()
        let made = try roles.map { try folder.generate($0, passphrase: passphrase) }
        if output.json {
            print(JSON.text(["result": "done", "keys": .array(made.map(\.json))]))
        } else {
            for key in made { print("\(key.role) \(key.id) \(key.publicFile)") }
        }
    }
}
