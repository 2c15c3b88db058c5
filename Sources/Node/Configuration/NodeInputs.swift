import Document
import Host
public import NodeConfig
import Transfer

/// Every place of a node from which its configuration can come.
public struct NodeInputs {
    /// What has been found, and what of it counts.
    public struct Reading {
        /// The words of the kernel command line.
        public let commandLine: CommandLineReading
        /// Which inputs count now.
        public let choice: ConfigurationChoice
        /// The document on a web server, when it is to count; until all inputs are there and right, a stored configuration counts.
        let source: ConfigurationSource?
        /// The stored generation that was found.
        public let generation: ConfigurationStore.Generation?
        /// The configuration in force: as much of it as can be understood.
        public let configuration: NodeConfiguration
        /// Whether it has been understood completely.
        public let isComplete: Bool
        /// Every mistake of the documents, also of those that were passed over because of them.
        public let mistakes: [Diagnostic]
        /// Every place that says something, and what became of it.
        let found: [ConfigurationState.Input]
        /// What is wrong with the inputs that were to count; nil when nothing is.
        public let failure: Failure?
        /// As much as can be understood of the inputs that were to count, also where something else is in force now.
        public let understood: NodeConfiguration
    }

    /// Copies of documents that are there only for a moment, or only once there is a network; gone with the next start.
    public static let copies = "run/nodewright/config"
    private static let credential = "nodewright.config"
    private static let image = "usr/share/nodewright/node.yaml"

    private let root: String
    /// The kernel command line.
    let words: KernelCommandLine

    /// The inputs of a node.
    ///
    /// - Parameter root: `/`, or a fixture
    public init(root: String = "/", commandLine: KernelCommandLine) {
        self.root = root
        words = commandLine
    }

    /// The configurations that are stored for the slot that runs.
    public var store: ConfigurationStore {
        ConfigurationStore(folder: Path.join(root, StatePartition.configurationFolder(words)))
    }

    private var understood: String { copy("understood.yaml") }

    private func copy(_ name: String) -> String { Path.join(root, Path.join(Self.copies, name)) }

    /// Where the document is kept that `nodewright.config=` names, once it has been fetched.
    public var fetched: String { copy("url.yaml") }

    /// Where the document of a config disk is kept.
    var diskCopy: String { copy("config-disk.yaml") }

    /// Looks for a config disk and keeps what is on it until the next start.
    ///
    /// - Returns: why one that is there cannot be read
    func lookForConfigDisk(_ read: () throws -> [UInt8]? = ConfigDisk.read) -> Failure? {
        do {
            guard let content = try read() else {
                try File.remove(diskCopy)
                return nil
            }
            try Folder.create(Path.join(root, Self.copies), mode: 0o700)
            try File.write(diskCopy, content, mode: 0o600)
            return nil
        } catch {
            return error as? Failure ?? Failure(.device, "the config disk: \(error)")
        }
    }

    /// Keeps what could be understood of inputs that cannot be used as they are, readable for root alone, until the next start.
    ///
    /// - Parameter configuration: nil removes what was kept
    /// - Returns: the file's path on the node; nil when there is none
    func keepUnderstood(_ configuration: NodeConfiguration?) throws -> String? {
        guard let configuration else {
            try File.remove(understood)
            return nil
        }
        try Folder.create(Path.join(root, Self.copies), mode: 0o700)
        try File.write(understood, configuration.yaml, mode: 0o600)
        return "/" + Path.join(Self.copies, Path.name(understood))
    }

    /// Reads everything and decides what counts.
    ///
    /// Provisioning inputs with a mistake, or of which a document is still to be fetched, never displace a stored configuration.
    /// - Parameter warn: hears of stored generations that were passed over
    public func read(warn: (String) -> Void) -> Reading {
        let diagnostics = Diagnostics()
        let commandLine = CommandLineReading(words)
        let documents = self.documents(commandLine).map { document in
            (
                document.origin, document.name,
                ConfigurationInput(document.origin, document.bytes, file: document.name, diagnostics)
            )
        }
        var inputs = documents.compactMap { $0.2 }
        inputs.append(ConfigurationInput(commandLine, beside: inputs))
        let stored = store.current(warn: warn)
        if let stored { inputs.append(stored.input) }
        let anew = !commandLine.requests.isDisjoint(with: [.reconfigure, .reinstall])
        let isAwaited = commandLine.source != nil && !documents.contains { $0.0 == .url }
        let wanted = ConfigurationChoice(inputs, anew: anew, isAwaited: isAwaited)
        var choice = wanted
        let hadErrors = diagnostics.hasErrors
        var configuration = wanted.layers.read(diagnostics)
        if hadErrors && wanted.isProvisioned { configuration = nil }
        let displaces = stored != nil && wanted.isProvisioned
        // What was stored on a node that is stateless now does not count for any moment.
        let waits = displaces && isAwaited && !wanted.isStateless
        let isRefused = displaces && commandLine.hasErrors && !wanted.isStateless
        if waits || isRefused || displaces && configuration == nil {
            choice = ConfigurationChoice(inputs.filter { [.image, .stored].contains($0.origin) }, anew: false)
            configuration = choice.layers.read(Diagnostics())
        }
        // A document that is none says nothing, but was to count all the same.
        let counts = wanted.isProvisioned || anew && documents.contains { $0.0 != .image && $0.2 == nil }
        var found: [ConfigurationState.Input] = []
        func add(_ origin: ConfigurationInput.Origin, _ name: String?, isRead: Bool) {
            let use: ConfigurationState.Input.Use =
                origin == .image || origin == .stored
                ? .used
                : !counts ? .ignored : isRead && waits ? .awaited : !isRead || !choice.isProvisioned ? .unusable : .used
            found.append(.init(origin: origin.name, name: name, use: use))
        }
        for (origin, name, input) in documents { add(origin, name, isRead: input != nil) }
        if let source = commandLine.source, !documents.contains(where: { $0.0 == .url }) {
            let use: ConfigurationState.Input.Use = wanted.isProvisioned ? .awaited : .ignored
            found.append(.init(origin: ConfigurationInput.Origin.url.name, name: redacted(source.url), use: use))
        }
        if inputs.contains(where: { $0.origin == .commandLine && !$0.isEmpty }) || commandLine.hasErrors {
            add(.commandLine, nil, isRead: true)
        }
        if let stored, !choice.isProvisioned {
            add(.stored, "generation \(stored.generation.number)", isRead: true)
        }
        let refused = commandLine.mistakes.first { $0.severity == .error }?.failure
        return Reading(
            commandLine: commandLine, choice: choice, source: wanted.isProvisioned ? commandLine.source : nil,
            generation: stored?.generation,
            configuration: configuration ?? choice.layers.understood, isComplete: configuration != nil,
            mistakes: diagnostics.sorted, found: found,
            failure: counts ? NodeConfiguration.failure(of: diagnostics) ?? refused : nil,
            understood: wanted.layers.understood)
    }

    /// The documents that are there now, the weakest first.
    private func documents(
        _ commandLine: CommandLineReading
    ) -> [(origin: ConfigurationInput.Origin, name: String, bytes: [UInt8])] {
        let places: [(ConfigurationInput.Origin, String, String)] = [
            (.image, Path.join(root, Self.image), "/" + Self.image),
            (.credential, credentialFile, Self.credential),
            (.configDisk, diskCopy, "\(ConfigDisk.label)/\(ConfigDisk.file)"),
            (.url, fetched, commandLine.source.map { redacted($0.url) } ?? "url.yaml"),
        ]
        return places.compactMap { origin, path, name in
            let file = File.kind(path) == .regular ? try? File.read(path, limit: NodeConfiguration.sizeLimit) : nil
            return file.map { (origin, name, $0) }
        }
    }

    /// Where systemd has put the credential: a service with a root of its own, as in the initramfs, sees only those handed to it.
    private var credentialFile: String {
        let own = Environment.variable("CREDENTIALS_DIRECTORY").map { Path.join($0, Self.credential) }
        if let own, root == "/", File.exists(own) { return own }
        return Path.join(root, "run/credentials/@system/" + Self.credential)
    }

    /// Whether there is a place that outlasts a restart, or memory that stands for it; a live system has none.
    public var canStore: Bool { StatePartition.folder(root: root) != nil }

    /// Stores what was provisioned, so that it counts from now on; not with a mistake in it, which would then be in force
    /// until somebody asks for the inputs anew.
    ///
    /// - Parameter author: who does it, for people
    /// - Returns: the number of the generation; nil when there is nothing to store or nowhere to store it
    /// - Throws: when it cannot be written
    @discardableResult
    public func store(_ reading: Reading, by author: String) throws -> Int? {
        guard canStore, reading.isComplete, !reading.commandLine.hasErrors,
            let configuration = reading.choice.toStore
        else { return nil }
        return try store.write(configuration, by: author, sources: reading.choice.layers.sources)
    }

    /// What a command changes a part of and stores: the stored configuration, or what was provisioned where none is stored yet.
    ///
    /// - Returns: the configuration, and where its values come from
    /// - Throws: `.invalidInput` when nothing is stored and the inputs have mistakes: what was understood of them would displace the
    ///   corrected ones
    public func base(of reading: Reading) throws -> (configuration: NodeConfiguration, sources: [String: String]) {
        if let stored = store.current(warn: { _ in }),
            let configuration = NodeConfiguration.read(stored.input.tree, Diagnostics())
        {
            return (configuration, stored.generation.sources)
        }
        guard reading.isComplete, !reading.commandLine.hasErrors else {
            throw Failure(
                .invalidInput, "nothing is stored on this node yet, and its configuration has mistakes",
                hint: "correct them first: \"nodectl status\" names them",
                details: reading.failure.map { [$0.message] } ?? [])
        }
        return (reading.choice.toStore ?? NodeConfiguration(), reading.choice.layers.sources)
    }

    /// Whether people have not been told yet that inputs which say something else than what is stored are ignored.
    ///
    /// Told once for each content, as long as there is a place to remember it.
    public func isNews(_ reading: Reading) -> Bool {
        guard !reading.choice.ignored.isEmpty else { return false }
        let image = reading.choice.layers.inputs.filter { $0.origin == .image }
        let other = LayeredConfiguration(image + reading.choice.ignored).understood
        // Words such as ip= are the same at every start.
        guard other != reading.configuration else { return false }
        let file = Path.join(store.folder, "ignored")
        // A fingerprint and no more: the inputs may have secrets in them.
        let mark = Checksum.of(Array(other.yaml.utf8)).hex + "\n"
        if (try? File.readText(file, limit: 128)) == mark { return false }
        try? File.write(file, mark, mode: 0o600)
        return true
    }
}
