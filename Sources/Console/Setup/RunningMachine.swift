public import Disks
public import Host
public import Node
public import NodeConfig
import Transfer

/// The machine that this program runs on.
public struct RunningMachine: SetupMachine {
    private static let keymapFolders = ["/usr/lib/kbd/keymaps", "/usr/share/keymaps", "/usr/share/kbd/keymaps"]
    private static let keyLimit = 1 << 20
    private let inputs: NodeInputs
    private let store: ConfigurationApplication.Store
    private let listener: LLDPListener
    /// Whether the running system was started from a medium or the network, and can be installed.
    public let canInstall: Bool
    /// Whether what was decided may still be done, asked at the very end.
    public var isWanted: () -> Bool = { true }

    /// The running machine.
    ///
    /// - Parameter store: where a configuration is kept
    public init(_ commandLine: KernelCommandLine, store: ConfigurationApplication.Store) {
        inputs = NodeInputs(commandLine: commandLine)
        self.store = store
        canInstall = InstallationSource.isPortable(commandLine)
        listener = LLDPListener()
    }

    /// What is known before anybody has been asked: from the command line, a config disk, or what is stored.
    public func draft() -> SetupDraft {
        let reading = inputs.read(warn: { _ in })
        var origins: [String: String] = [:]
        for value in reading.choice.layers.values(stored: reading.generation?.sources ?? [:]) {
            origins[value.path] = value.source ?? value.origin.name
        }
        // What is stored, or was provisioned; with mistakes in it, what can be understood.
        let configuration = (try? inputs.base(of: reading))?.configuration ?? reading.understood
        return SetupDraft(configuration, origins: origins, installs: canInstall)
    }

    /// The names of all keymaps that the image has; empty when nobody knows.
    public var keymaps: [String] {
        let files = Self.keymapFolders.flatMap { (try? Folder.walk($0)) ?? [] }
        let endings = [".map.gz", ".map"]
        return files.compactMap { file in
            let name = Path.name(file)
            return endings.first { name.hasSuffix($0) }.map { String(name.dropLast($0.count)) }
        }.sorted()
    }

    /// The disks, without those that have no medium.
    public func disks() throws -> [Disk] { try DiskInventory().disks().filter { $0.size > 0 } }

    /// The cards, those with a link first.
    public func cards() -> [SetupCard] { SetupCard.all(neighbours: listener.neighbours()) }

    /// What would change, for people.
    public func networkDifference(_ configuration: NodeConfiguration) throws -> [String] {
        try NetworkChange().plan(configuration).0.lines
    }

    /// Only the network: what else was decided is in force at the end.
    public func changeNetwork(
        _ configuration: NodeConfiguration, _ progress: @escaping ProgressSink
    ) throws -> SetupNetworkChange {
        try refuseFromAfar()
        var wanted = inputs.read(warn: { _ in }).configuration
        wanted.network = configuration.network
        wanted.dns = configuration.dns
        wanted.engine = configuration.engine
        let application = try ConfigurationApplication(wanted, store: store, progress: progress)
        let seconds = application.defaultTimeout
        let warnings = try application.changeNetwork(timeout: seconds).warnings
        return SetupNetworkChange(seconds: seconds, warnings: warnings)
    }

    /// Keeps the change, or takes it back.
    ///
    /// Nothing is stored before the summary: whoever leaves earlier must find the node as it was.
    public func endNetworkChange(keeps: Bool) throws {
        if keeps {
            try ConfigurationApplication.confirm(store: .init(read: store.read, write: { _ in }))
        } else {
            try NetworkChange().revert()
        }
    }

    /// The authority that an engine shows, which nobody has checked yet.
    public func authority(of engine: EngineSettings) throws -> OfferedAuthority {
        try OfferedAuthority.ask(engine, timeout: 20)
    }

    /// The text behind an address; the certificates that the image trusts vouch for the server.
    public func fetch(_ url: String) throws -> String {
        let bytes = try Downloader().bytes(url, limit: Self.keyLimit, tooLarge: .invalidInput)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.invalidInput, "\"\(url)\" is not a text")
        }
        return text
    }

    /// The hash of a password.
    public func hash(_ password: String) throws -> Secret { try PasswordHash.yescrypt(password) }

    /// What an installation would do.
    public func plan(_ draft: SetupDraft) throws -> [String] { try installation(draft).lines }

    private func installation(_ draft: SetupDraft, patience: Double = 5) throws -> InstallationPlan {
        guard let path = draft.disk, let disk = try disks().first(where: { $0.path == path }) else {
            throw Failure(.invalidInput, "the disk is gone", hint: "choose another one")
        }
        try InstallationPlan.checkUse(disk)
        guard draft.hasConfirmed(disk) else {
            throw Failure(
                .invalidInput, "what is on \"\(path)\" now has not been confirmed: \(disk.summary)",
                hint: "go back to the page of the disk")
        }
        var wishes = InstallationPlan.Wishes()
        // What is on the disk was shown, and its name was typed.
        wishes.wipe = .anything
        wishes.destroyed = draft.destroyed
        wishes.keepsState = draft.keepsState
        wishes.sizes = draft.configuration.installation.sizes
        wishes.configuration = draft.configuration
        wishes.sources = draft.origins
        return try InstallationPlan(InstallationSource.running(patience: patience), to: disk, wishes)
    }

    /// Whoever sits at the other end of a network could lose the node.
    private func refuseFromAfar() throws {
        guard LoginSession.sshStart() != nil || LoginSession.isOnPseudoTerminal() else { return }
        throw Failure(
            .invalidInput, "over a connection the network is not changed here",
            hint: "\"nodectl apply\" does it, and goes back by itself unless it is confirmed; or use the console")
    }

    /// Installs, or brings the configuration into force.
    public func carryOut(_ draft: SetupDraft, _ progress: @escaping ProgressSink) throws -> [String] {
        guard isWanted() else {
            throw Failure(
                .busy, "this node has been configured meanwhile", hint: "leave, and log in to change it (F2, F3)")
        }
        if draft.installs(on: self) {
            return try Installation(installation(draft, patience: 60), progress: progress).run().warnings
        }
        let application = try ConfigurationApplication(draft.configuration, store: store, progress: progress)
        guard !application.isDone else { return [] }
        guard !application.network.isEmpty else {
            try application.applyWithoutNetwork()
            return application.warnings
        }
        try refuseFromAfar()
        let change = try application.changeNetwork(timeout: application.defaultTimeout)
        // It works, and whoever confirmed the summary sits at the machine.
        try ConfigurationApplication.confirm(store: store)
        return application.warnings + change.warnings
    }

    /// Partitions with FAT on disks that are attached by USB.
    public func sticks() throws -> [(name: String, label: String)] {
        try disks().filter { $0.transport == .usb && !$0.isReadOnly && !$0.isBootMedium && $0.uses.isEmpty }.flatMap {
            disk in
            disk.parts.filter { $0.fileSystem?.type == "vfat" }.map { part in
                let number = part.partition?.number
                let digit = disk.path.last?.isNumber == true ? "p" : ""
                let path = number.map { disk.path + digit + "\($0)" } ?? disk.path
                return (path, "\(path), \(disk.model ?? "USB")" + (part.fileSystem?.label.map { ", \($0)" } ?? ""))
            }
        }
    }

    /// Mounts it for a moment.
    public func save(_ files: [(name: String, content: String)], to stick: String) throws {
        let folder = "/run/nodewright/setup/stick"
        try Folder.create(folder, mode: 0o700)
        try Command("mount", ["-t", "vfat", "-o", "nosuid,nodev,noexec,umask=077,quiet", stick, folder]).run().check(
            .device)
        defer { _ = try? Command("umount", [folder]).run() }
        for file in files { try File.write(Path.join(folder, file.name), file.content) }
        try Command("umount", [folder]).run().check(.device)
    }

    /// Restarts the machine.
    public func restart() throws { try Command("systemctl", ["--no-block", "reboot"]).run().check() }

    /// Lets the virtual consoles have another keymap.
    public func use(keymap: String) throws {
        guard Environment.program("loadkeys") != nil else { return }
        try Command("loadkeys", [keymap]).run().check()
    }
}
