/// What a kernel command line says about the node: its configuration as far as it goes, what it asks for, and every mistake.
///
/// Mistakes do not keep the rest from being read: a node must come up with what can be understood. Words that nobody here knows
/// are left to the kernel, the initramfs and systemd. `docs/kernel-command-line.md` has the table.
public struct CommandLineReading: Sendable {
    /// What it says about the node.
    public let configuration: NodeConfiguration
    /// What it asks for besides.
    public let requests: Set<CommandLineRequest>
    /// The document on a web server that it names.
    public let source: ConfigurationSource?
    /// Everything that is wrong or worth knowing, by word.
    public let mistakes: [CommandLineMistake]
    /// The arguments that carried secrets, by name.
    public let insecureWords: [String]

    /// Whether something could not be followed.
    public var hasErrors: Bool { mistakes.contains { $0.severity == .error } }

    /// Reads all words.
    public init(_ line: KernelCommandLine) {
        var reader = CommandLineReader()
        for word in line.words { reader.read(word) }
        reader.finish(isCut: line.isCut)
        configuration = reader.configuration
        requests = reader.requests
        source = reader.source
        mistakes = reader.sortedMistakes
        insecureWords = reader.insecureWords
    }
}

extension CommandLineReader {
    /// Reads one word; one that is not in the table is left alone.
    mutating func read(_ word: Word) {
        if let argument = CommandLineTable[word.name] {
            argument.read?(&self, word)
        } else if word.name.hasPrefix("nodewright.") {
            refuseUnknownOwn(word)
        }
    }

    /// Brings together what several words say.
    mutating func finish(isCut: Bool) {
        var assembly = NetworkAssembly(network, reader: self)
        assembly.run()
        self = assembly.reader
        configuration.hostname = ownHostname ?? hostname ?? hostnameOfAddress
        finishAccess()
        finishRequests()
        source = configurationSource()
        if isCut { noteCut() }
    }

    private mutating func finishAccess() {
        if let hash = rootPassword ?? administratorPassword {
            configuration.administrator.passwordHash = hash
            configuration.administrator.mustChangePassword = true
        } else if let hash = enginePassword {
            configuration.administrator.passwordHash = hash
        }
        if enginePassword != nil, configuration.ssh.passwordLogin == nil { configuration.ssh.passwordLogin = true }
        if let engineWord, configuration.engine.fingerprint == nil {
            configuration.engine.trust = .firstUse
            warning(
                engineWord, "the engine will be trusted as it shows itself the first time",
                hint: "add management_server_fingerprint=")
        }
    }

    private mutating func finishRequests() {
        if requests.contains(.reinstall) { configuration.installation.wipe = .anything }
        guard requests.contains(.uninstall) else { return }
        for other in [CommandLineRequest.install, .reinstall, .upgrade] where requests.contains(other) {
            requests.remove(.uninstall)
            if let uninstallWord {
                error(
                    uninstallWord, "uninstall and \(other.rawValue) exclude each other; nothing is removed",
                    hint: "leave one of them out")
            }
            return
        }
    }
}
