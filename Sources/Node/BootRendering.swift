import Document
import Host
public import NodeConfig

/// Writes into a root, before process 1 of it runs, what process 1 and the services read: machine id, and everything that the
/// node configuration says.
///
/// Runs in the initramfs on the mounted root, whose `/etc` is an overlay. Nothing that stands on the kernel command line, on a
/// config disk or in the stored configuration may keep a node from booting: what is wrong there is warned about, noted for the
/// consoles (`ConfigurationState`) and left out.
public struct BootRendering {
    private let root: String
    private let commandLine: KernelCommandLine
    private let firmwareID: String?
    private let configDisk: () throws -> [UInt8]?
    private let forget: (_ root: String) throws -> Void
    private let warn: (String) -> Void

    /// A rendering that is ready to run.
    ///
    /// - Parameters:
    ///   - root: the root to write into
    ///   - firmwareID: the product UUID of the firmware (`/sys/class/dmi/id/product_uuid`), where there is one
    ///   - configDisk: the document on a config disk; nil when there is none
    ///   - forget: makes a stateless node of one that has a place for its state
    ///   - warn: hears what was wrong and passed over
    public init(
        root: String, commandLine: KernelCommandLine, firmwareID: String? = nil,
        configDisk: @escaping () throws -> [UInt8]? = { nil },
        forget: @escaping (_ root: String) throws -> Void = { _ in }, warn: @escaping (String) -> Void
    ) {
        self.root = root
        self.configDisk = configDisk
        self.forget = forget
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
        var notes: [String] = []
        func note(_ text: String) {
            warn(text)
            notes.append(text)
        }
        let inputs = NodeInputs(root: root, commandLine: commandLine)
        let unreadableDisk = inputs.lookForConfigDisk(configDisk)
        if let unreadableDisk { warn("\(unreadableDisk)") }
        let reading = inputs.read(warn: note)
        var state = ConfigurationState(reading)
        if let unreadableDisk {
            state.addUnreadableDisk(unreadableDisk, counts: reading.choice.isProvisioned || reading.source != nil)
        }
        if provision(inputs, reading, canStore: unreadableDisk == nil, note) {
            state.inForce = ConfigurationState.provisioned(isStored: true)
        }
        var configuration = reading.configuration
        // Where a new configuration is on its way, there must be a place to store it.
        if reading.source != nil, !reading.choice.isProvisioned { configuration.stateless = nil }
        if configuration.stateless == true {
            do { try forget(root) } catch { note("what this node changes outlasts a restart: \(error)") }
        }
        try renderMachineID(Path.join(etc, "machine-id"), note)
        for settings in configuration.settings {
            do { try settings.render(root: root, warn: note) } catch { note("\(error)") }
        }
        do { try BootNetwork.render(configuration, root: root) } catch {
            note("the network is not configured: \(error)")
        }
        do {
            state.understood = try inputs.keepUnderstood(state.failure == nil ? nil : reading.understood)
            state.notes = notes
            try state.write(root: root)
        } catch {
            warn("the consoles cannot show how far the configuration is: \(error)")
        }
    }

    /// Tells what is wrong with the inputs, and stores what was provisioned now.
    ///
    /// - Returns: whether it is stored
    private func provision(
        _ inputs: NodeInputs, _ reading: NodeInputs.Reading, canStore: Bool, _ note: (String) -> Void
    ) -> Bool {
        for mistake in reading.commandLine.mistakes where mistake.severity == .error {
            warn("\(mistake.line); ignored")
        }
        // Errors are in the state anyway; words that are ignored need no explanation.
        if reading.choice.isProvisioned || reading.source != nil {
            for mistake in reading.commandLine.mistakes where mistake.severity == .warning { note(mistake.line) }
        }
        for mistake in reading.mistakes {
            if mistake.severity == .warning { note(mistake.line) } else { warn("\(mistake)") }
        }
        if inputs.isNews(reading) {
            let names = reading.choice.ignored.map(\.origin.name).joined(separator: ", ")
            note("a configuration is stored, so this is ignored: \(names) (nodewright.reconfigure reads it anew)")
        }
        // The words that wait for a document from the network are stored together with it.
        guard canStore, reading.source == nil else { return false }
        do { return try inputs.store(reading, by: "the first start") != nil } catch {
            note("the configuration is not stored: \(error)")
            return false
        }
    }

    private func renderMachineID(_ file: String, _ note: (String) -> Void) throws {
        let existing = content(file).flatMap { MachineID(file: $0) }
        // What survives an upgrade; on a live system, and where memory stands in its place, it is lost with the start.
        let state = StatePartition.folder(root: root).map { Path.join($0, "machine-id") }
        let stored = state.flatMap(content).flatMap { MachineID(file: $0) }
        let id = demandedMachineID() ?? existing ?? stored ?? .random()
        if let state, id != stored {
            // A state partition that is full: another id at the next start, but this one is configured.
            do { try File.write(state, id.text + "\n", mode: 0o444) } catch {
                note("the machine id is not kept: \(error)")
            }
        }
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

    /// The content of a small file; nil when it is none. Links are not followed: they could lead out of the root.
    private func content(_ file: String) -> [UInt8]? {
        File.kind(file) == .regular ? try? File.read(file, limit: 4096) : nil
    }

    private func shown(_ value: String) -> String { "\"\(PlainText.printable(value, limit: 80))\"" }
}
