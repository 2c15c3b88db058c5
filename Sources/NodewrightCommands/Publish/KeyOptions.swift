import ArgumentParser
import Host
import Publishing

/// Where keys are, and what opens them; the same on every command that signs.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of keys (default: $NODEWRIGHT_KEYS or ~/.config/nodewright/keys).", valueName: "folder"))
    var keys: String?

    @Option(help: ArgumentHelp("Read the passphrase from the first line of a file.", valueName: "file"))
    var passphraseFile: String?

    @Option(help: ArgumentHelp("Read the passphrase from an open descriptor.", valueName: "number"))
    var passphraseFd: Int32?

    func validate() throws {
        if passphraseFile != nil, passphraseFd != nil {
            throw ValidationError("--passphrase-file and --passphrase-fd cannot be used together")
        }
    }

    var folder: KeyFolder {
        if let keys { return KeyFolder(Path.absolute(keys)) }
        if let folder = Environment.variable("NODEWRIGHT_KEYS") { return KeyFolder(Path.absolute(folder)) }
        let configuration =
            Environment.variable("XDG_CONFIG_HOME") ?? Path.join(Environment.variable("HOME") ?? ".", ".config")
        return KeyFolder(Path.absolute(Path.join(configuration, "nodewright/keys")))
    }

    var source: PassphraseSource {
        if let passphraseFile { return .file(passphraseFile) }
        if let passphraseFd { return .descriptor(passphraseFd) }
        return .surroundings()
    }

    func ring() throws -> KeyRing { try KeyRing(folder, source) }
}

/// A role as it is written on the command line.
extension KeyRole: ExpressibleByArgument {
    /// Nil when the text is no role.
    public init?(argument: String) { self.init(argument) }
}

/// `ROLE=FILE.pub`: a key of another machine.
struct ForeignKey: ExpressibleByArgument {
    let role: KeyRole
    let file: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let role = KeyRole(parts[0]) else { return nil }
        self.role = role
        file = parts[1]
    }

    func read() throws -> StoredKey { try KeyFolder.key(role, publicFile: file) }
}

/// `NAME=NUMBER`
struct NamedNumber: ExpressibleByArgument {
    let name: String
    let number: Int

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[1]), (1...36_500).contains(number) else { return nil }
        name = String(parts[0])
        self.number = number
    }
}
