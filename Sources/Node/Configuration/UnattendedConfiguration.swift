import Bus
import Document
import Glibc
import Host
import NodeConfig
import Transfer

/// What a started node does until it is configured, without anybody: fetches the document that `nodewright.config=` names, or
/// looks once more for a config disk where there is no input at all; installs itself when that is asked for and it was not started from a disk, applies and stores the document, waits for the
/// management address; and notes each step for the consoles.
///
/// What the initramfs has written is in force meanwhile. Nothing waits for this: neither login nor any service.
public struct UnattendedConfiguration {
    /// A quarter of an hour: after a power cut the web server starts at the same time as five hundred nodes.
    public static let patience = 900.0

    let inputs: NodeInputs
    let root: String
    private let patience: Double
    let warn: (String) -> Void
    /// What the inputs say; after the document was fetched, with it.
    var reading: NodeInputs.Reading
    var state: ConfigurationState

    /// The work for a node.
    ///
    /// - Parameters:
    ///   - root: where the state is noted; everything else is done to the running system
    ///   - patience: for so many seconds the network and servers are waited for
    ///   - warn: hears of everything that does not keep the configuration from being used
    public init(
        _ inputs: NodeInputs, root: String = "/", patience: Double = Self.patience, warn: @escaping (String) -> Void
    ) {
        self.inputs = inputs
        self.root = root
        self.patience = patience
        self.warn = warn
        reading = inputs.read(warn: { _ in })
        state = ConfigurationState(reading)
    }

    /// Does all of it; after a failure, once more from the beginning.
    ///
    /// - Throws: `.nothingToDo` when there is neither an input nor something stored, `.network` when there is no network, the
    ///   server does not answer or what it sent makes a network that does not work, `.signature` when a certificate or the
    ///   checksum is wrong, `.invalidInput` with every mistake of the inputs
    public mutating func run() throws {
        if let earlier = ConfigurationState.read(root: root) { state.goOn(from: earlier) }
        let hasLateDisk = findLateDisk()
        let hasInputs = state.phase != .unconfigured
        guard hasInputs || InstallationWish(reading) != nil else { throw Self.noInput }
        state.phase = .waiting
        try state.write(root: root)
        var failed: Failure?
        do {
            let source = reading.source
            if let source { try fetch(source) }
            // Before the document is applied: it may describe a network that this server is not in.
            switch try installUnlessOvertaken() {
            case .ends: return
            case .goesOn(let failure): failed = failure
            }
            guard hasInputs else {
                state.phase = .unconfigured
                try state.write(root: root)
                throw failed ?? Self.noInput
            }
            if let source { try apply(redacted(source.url), keptAt: inputs.fetched) }
            if hasLateDisk {
                try apply("\(ConfigDisk.label)/\(ConfigDisk.file)", keptAt: inputs.diskCopy)
                if state.failure == nil { startRegistration() }
            }
            if state.failure == nil { try waitForAddress() }
        } catch let failure as Failure where hasInputs {
            state.failure = ConfigurationState.Reason(failure)
        }
        try finish()
        if let failed { throw failed }
    }

    private static let noInput = Failure(
        .nothingToDo, "nobody has given this node a configuration",
        hint: "\"nodectl apply node.yaml\" does, and the README names all other ways")

    private mutating func note(_ activity: String) {
        if isOvertaken { return }
        state.phase = .waiting
        state.activity = activity
        do { try state.write(root: root) } catch { warn("\(error)") }
    }

    /// Whether somebody has stored another configuration by hand in the meantime.
    var isOvertaken: Bool { ConfigurationState.read(root: root)?.phase == .configured }

    /// Fetches the document.
    private mutating func fetch(_ source: ConfigurationSource) throws {
        var shown = self
        reading = try ConfigurationDownload(inputs).run(source, patience: patience) { shown.note($0) }
        let earlier = state
        state = ConfigurationState(reading)
        state.goOn(from: earlier)
    }

    /// Applies what was fetched or found, unless the inputs have mistakes now.
    private mutating func apply(_ name: String, keptAt copy: String) throws {
        guard reading.isComplete, reading.choice.isProvisioned, !isOvertaken else { return }
        note("applying \(name)")
        let applied: (isStored: Bool, warnings: [String])
        do { applied = try apply() } catch {
            // It is not in force, and what "nodectl config show" reads must not say so.
            try File.remove(copy)
            throw error
        }
        for warning in reading.mistakes.map(\.line) + applied.warnings where !state.notes.contains(warning) {
            warn(warning)
            state.notes.append(warning)
        }
        state.inForce = ConfigurationState.provisioned(isStored: applied.isStored)
    }

    /// Brings what was fetched into force and stores it, unless words of the kernel command line could not be followed.
    private func apply() throws -> (isStored: Bool, warnings: [String]) {
        let reading = reading
        let canStore = reading.choice.toStore != nil && state.failure == nil && inputs.canStore
        let store = ConfigurationApplication.Store(
            read: { nil },
            write: { configuration in
                guard canStore else { return }
                try inputs.store.write(configuration, by: "the first start", sources: reading.choice.layers.sources)
            })
        // Without the image's part, which has been rendered and may change with the image.
        let application = try ConfigurationApplication(reading.choice.toStore ?? reading.configuration, store: store)
        guard !application.network.isEmpty else {
            try application.applyWithoutNetwork()
            return (canStore, application.warnings)
        }
        let waiting = try application.changeNetwork(timeout: application.defaultTimeout)
        try ConfigurationApplication.confirm(store: store)
        return (canStore, application.warnings + waiting.warnings)
    }

    private mutating func waitForAddress() throws {
        let address = ManagementAddress(reading.configuration)
        let manager = NetworkManager(try BusConnection(timeout: 20))
        let deadline = monotonicSeconds() + patience
        while !isOvertaken {
            let missing: String?
            do { missing = address.missing(in: try manager.snapshot()) } catch {
                missing = "NetworkManager does not answer"
            }
            guard let missing else { return }
            guard monotonicSeconds() < deadline else {
                throw Failure(
                    .network, "\(missing), after \(Int(patience)) seconds",
                    hint: "check the cables and DHCP; \"nodectl status\" shows the interfaces")
            }
            let activity = "waiting for the network: \(missing)"
            if state.activity != activity { note(activity) }
            usleep(300_000)
        }
    }

    /// Notes how it has ended.
    private mutating func finish() throws {
        if isOvertaken { return }
        state.activity = nil
        if let failure = state.failure?.failure {
            state.phase = .failed
            state.understood = try inputs.keepUnderstood(reading.understood)
            try state.write(root: root)
            throw failure
        }
        state.phase = .configured
        state.understood = try inputs.keepUnderstood(nil)
        state.seconds = state.seconds ?? (LoginSession.now() * 100).rounded() / 100
        try state.write(root: root)
    }
}
