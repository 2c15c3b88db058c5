import Document
import Host
public import NodeConfig

/// Writes into a root, before process 1 of it runs, what process 1 reads first: machine id and host name.
///
/// Runs in the initramfs on the mounted root, whose `/etc` is an overlay. Nothing that stands on the kernel command line may
/// keep a node from booting: what is wrong there is warned about and left out.
public struct BootRendering {
    private let root: String
    private let commandLine: KernelCommandLine
    private let firmwareID: String?
    private let warn: (String) -> Void

    /// A rendering that is ready to run.
    ///
    /// - Parameters:
    ///   - root: the root to write into
    ///   - firmwareID: the product UUID of the firmware (`/sys/class/dmi/id/product_uuid`), where there is one
    ///   - warn: hears what was wrong and passed over
    public init(
        root: String, commandLine: KernelCommandLine, firmwareID: String? = nil, warn: @escaping (String) -> Void
    ) {
        self.root = root
        self.commandLine = commandLine
        self.firmwareID = firmwareID
        self.warn = warn
    }

    /// Writes what is missing or different; a second run writes nothing.
    ///
    /// - Throws: when the root cannot be written
    public func run() throws {
        let etc = Path.join(root, "etc")
        guard File.kind(etc) == .folder else {
            throw Failure(
                .device, "\"\(etc)\" is not a folder", hint: "name the root of a mounted system with --root")
        }
        try renderMachineID(Path.join(etc, "machine-id"))
        try renderConfiguration()
        try renderHostname(Path.join(etc, "hostname"))
    }

    /// What the stored configuration says: a node that was configured before comes up as it was.
    private func renderConfiguration() throws {
        let folder = Path.join(root, StatePartition.configurationFolder(commandLine))
        guard let stored = ConfigurationStore(folder: folder).current(warn: warn),
            let configuration = NodeConfiguration.read(stored.input.tree, Diagnostics())
        else { return }
        try MachineSettings(configuration).render(root: root, warn: warn)
        try BootNetwork.render(configuration, root: root)
    }

    private func renderMachineID(_ file: String) throws {
        let existing = content(file).flatMap { MachineID(file: $0) }
        // What survives an upgrade; on a live system, and where memory stands in its place, it is lost with the start.
        let state = Path.join(root, Path.join(StatePartition.mountPoint, "machine-id"))
        let stored = content(state).flatMap { MachineID(file: $0) }
        let id = demandedMachineID() ?? existing ?? stored ?? .random()
        if id != stored, File.kind(Path.parent(state)) == .folder { try File.write(state, id.text + "\n", mode: 0o444) }
        // Only root may change it, and nobody does: machine-id(5).
        if id != existing { try File.write(file, id.text + "\n", mode: 0o444) }
    }

    private func demandedMachineID() -> MachineID? {
        guard let value = commandLine["systemd.machine_id"] else { return nil }
        if value == "firmware" {
            if let id = firmwareID.flatMap({ MachineID($0) }) { return id }
            warn("systemd.machine_id=firmware: the firmware has no usable UUID; ignored")
            return nil
        }
        if let id = MachineID(value) { return id }
        warn("systemd.machine_id=\(shown(value)) is not 32 hexadecimal digits; ignored")
        return nil
    }

    private func renderHostname(_ file: String) throws {
        let reading = CommandLineReading(commandLine)
        for mistake in reading.mistakes where mistake.severity == .error { warn("\(mistake.line); ignored") }
        guard let hostname = reading.configuration.hostname else { return }
        let line = Array((hostname.text + "\n").utf8)
        if content(file) != line { try File.write(file, line) }
    }

    /// The content of a small file; nil when it is none. Links are not followed: they could lead out of the root.
    private func content(_ file: String) -> [UInt8]? {
        File.kind(file) == .regular ? try? File.read(file, limit: 4096) : nil
    }

    private func shown(_ value: String) -> String { "\"\(PlainText.printable(value, limit: 80))\"" }
}
