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
        /// Which inputs count.
        public let choice: ConfigurationChoice
        /// The stored generation that was found.
        public let generation: ConfigurationStore.Generation?
        /// The configuration in force: as much of it as can be understood.
        public let configuration: NodeConfiguration
        /// Whether it has been understood completely.
        public let isComplete: Bool
        /// Every mistake of the documents, also of those that were passed over because of them.
        public let mistakes: [Diagnostic]
    }

    /// Copies of documents that are there only for a moment, or only once there is a network; gone with the next start.
    public static let copies = "run/nodewright/config"
    private static let credential = "run/credentials/@system/nodewright.config"
    private static let image = "usr/share/nodewright/node.yaml"

    private let root: String
    private let words: KernelCommandLine

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

    private func copy(_ name: String) -> String { Path.join(root, Path.join(Self.copies, name)) }

    /// Where the document is kept that `nodewright.config=` names, once it has been fetched.
    public var fetched: String { copy("url.yaml") }

    /// Looks for a config disk and keeps what is on it until the next start.
    ///
    /// - Parameter warn: hears why one that is there cannot be read
    public func lookForConfigDisk(_ read: () throws -> [UInt8]? = ConfigDisk.read, warn: (String) -> Void) {
        do {
            guard let content = try read() else { return try File.remove(copy("config-disk.yaml")) }
            try Folder.create(Path.join(root, Self.copies), mode: 0o700)
            try File.write(copy("config-disk.yaml"), content, mode: 0o600)
        } catch {
            warn("\(error)")
        }
    }

    /// Reads everything and decides what counts.
    ///
    /// Provisioning inputs with a mistake never displace a stored configuration.
    /// - Parameter warn: hears of stored generations that were passed over
    public func read(warn: (String) -> Void) -> Reading {
        let diagnostics = Diagnostics()
        let commandLine = CommandLineReading(words)
        var inputs: [ConfigurationInput] = []
        for (origin, path, name) in [
            (ConfigurationInput.Origin.image, Path.join(root, Self.image), "/" + Self.image),
            (.credential, Path.join(root, Self.credential), "nodewright.config"),
            (.configDisk, copy("config-disk.yaml"), "\(ConfigDisk.label)/\(ConfigDisk.file)"),
            (.url, fetched, commandLine.source.map { redacted($0.url) } ?? "url.yaml"),
        ] {
            let file = File.kind(path) == .regular ? try? File.read(path, limit: NodeConfiguration.sizeLimit) : nil
            let firmware = origin == .credential ? FirmwareCredential.read(name, root: root) : nil
            guard let bytes = file ?? firmware else { continue }
            if let input = ConfigurationInput(origin, bytes, file: name, diagnostics) { inputs.append(input) }
        }
        inputs.append(ConfigurationInput(commandLine, beside: inputs))
        let stored = store.current(warn: warn)
        if let stored { inputs.append(stored.input) }
        let anew = !commandLine.requests.isDisjoint(with: [.reconfigure, .reinstall])
        var choice = ConfigurationChoice(inputs, anew: anew)
        var configuration = diagnostics.hasErrors && choice.isProvisioned ? nil : choice.layers.read(diagnostics)
        if configuration == nil {
            _ = choice.layers.read(diagnostics)
            if stored != nil, choice.isProvisioned {
                choice = ConfigurationChoice(inputs.filter { [.image, .stored].contains($0.origin) }, anew: false)
                configuration = choice.layers.read(Diagnostics())
            }
        }
        return Reading(
            commandLine: commandLine, choice: choice, generation: stored?.generation,
            configuration: configuration ?? choice.layers.understood, isComplete: configuration != nil,
            mistakes: diagnostics.sorted)
    }

    /// Stores what was provisioned, so that it counts from now on; not with a mistake in it, which would then be in force
    /// until somebody asks for the inputs anew.
    ///
    /// - Parameter author: who does it, for people
    /// - Returns: the number of the generation; nil when there is nothing to store or nowhere to store it
    /// - Throws: when it cannot be written
    @discardableResult
    public func store(_ reading: Reading, by author: String) throws -> Int? {
        let state = Path.join(root, StatePartition.mountPoint)
        guard reading.isComplete, !reading.commandLine.hasErrors, let configuration = reading.choice.toStore,
            File.kind(state) == .folder
        else { return nil }
        return try store.write(configuration, by: author, sources: reading.choice.layers.sources)
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
