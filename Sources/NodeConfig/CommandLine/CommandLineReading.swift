import Document

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

    /// Whether the words say of the network only from where the machine was started, as PXELINUX and iPXE do (`BOOTIF=` with a
    /// hardware address, with or without `ip=dhcp`).
    public let networkIsImplied: Bool

    /// The configuration beside other inputs that describe interfaces: what is only implied does not replace them.
    public var configurationBesideInterfaces: NodeConfiguration {
        guard networkIsImplied else { return configuration }
        var configuration = configuration
        configuration.network = NetworkSettings()
        return configuration
    }

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
        networkIsImplied = reader.networkIsImplied
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
        finishServices()
        finishRequests()
        source = configurationSource()
        check()
        if isCut {
            noteWhole(
                "it is longer than \(KernelCommandLine.limit) bytes, and the rest is not read",
                hint: "put it into a file: nodewright.config=URL")
        }
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
            // A command line cannot be asked: only a document may say "trust: first-use".
            warning(
                engineWord, "without a fingerprint this node does not trust the engine, and cannot register with it",
                hint: "add management_server_fingerprint=")
        }
    }

    private mutating func finishServices() {
        if configuration.time.ntpEnabled == false { configuration.time.ntpServers = [] }
        if configuration.kdump.enabled == false {
            configuration.kdump = KdumpSettings()
            configuration.kdump.enabled = false
        }
        guard let dumpKeyWord, configuration.kdump.sshKeyURL != nil else { return }
        if case .ssh = configuration.kdump.target { return }
        configuration.kdump.sshKeyURL = nil
        error(dumpKeyWord, "a key is of use only for a host that is reached over SSH", hint: "add kdump_ssh=USER@HOST")
    }

    /// What no single word shows is looked for as in a document.
    private mutating func check() {
        guard !hasErrors else { return }
        guard configuration.network.interfaces.count <= 256 else {
            noteWhole("more than 256 interfaces are described", hint: "use a configuration file: nodewright.config=URL")
            configuration.network = NetworkSettings()
            return
        }
        let diagnostics = Diagnostics()
        _ = NodeConfiguration.read(Array(configuration.yaml.utf8), file: "kernel command line", diagnostics)
        for diagnostic in diagnostics.items where diagnostic.severity == .error {
            noteWhole(diagnostic.message, hint: diagnostic.hint)
        }
    }

    private mutating func finishRequests() {
        if configuration.stateless == true, let statelessWord,
            !configuration.installation.targets.isEmpty || requests.contains(.install)
        {
            configuration.installation = InstallationSettings()
            requests.remove(.install)
            warning(statelessWord, "a stateless node is not installed; storage_init= and install are not used")
        }
        if !configuration.installation.targets.isEmpty {
            if requests.contains(.reinstall) { configuration.installation.wipe = .anything }
            configuration.installation.delay = installationDelay
        }
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
