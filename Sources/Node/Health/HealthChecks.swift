import Bus
import Glibc
import Host
public import NodeConfig

/// What makes a node healthy: its state, its configuration, libvirt, the way to it, a root without damage, and what an image or
/// an administrator adds as programs.
public struct HealthChecks {
    /// What is asked of the running system.
    struct Probes {
        var services: () -> Services
        /// Why libvirt gives no answer.
        var libvirt: () -> String?
        /// What the management address still lacks.
        var missingAddress: (NodeConfiguration) -> String?
        /// Why the root file system cannot be trusted.
        var root: () -> String?
        /// Whether a connection to the engine comes about.
        var engineAnswers: (EngineLocation) -> Bool
        /// Which storage is out of reach.
        var storage: () -> String?
    }

    /// Programs whose name stands in both folders: the one in `/etc` counts. `required` and `wanted` are folders in them.
    static let folders = ["usr/lib/nodewright/health.d", "etc/nodewright/health.d"]
    /// Seconds that a program may take.
    private static let limit = 60

    private let root: String
    private let configuration: NodeConfiguration
    private let probes: Probes

    /// Those of the running node.
    public init(_ configuration: NodeConfiguration, commandLine: KernelCommandLine) {
        let reader = ServiceReader()
        self.init(
            root: "/", configuration,
            Probes(
                services: reader.read,
                // A socket answers also for a daemon that cannot run. Read-only, because VDSM asks for a password otherwise.
                libvirt: {
                    Environment.program("virsh") == nil
                        ? nil : Self.answer(["virsh", "--connect", "qemu:///system", "--readonly", "version"], 20)
                },
                missingAddress: { configuration in
                    guard let bus = try? BusConnection(timeout: 20),
                        let snapshot = try? NetworkManager(bus).snapshot()
                    else { return "NetworkManager does not answer" }
                    return ManagementAddress(configuration).missing(in: snapshot)
                },
                root: { Problems.rootDamage(commandLine) },
                engineAnswers: { ServiceProbe.portAnswers($0.host, port: $0.port, timeout: 10) },
                storage: { Self.lostStorage(root: "/") }))
    }

    init(root: String, _ configuration: NodeConfiguration, _ probes: Probes) {
        self.root = root
        self.configuration = configuration
        self.probes = probes
    }

    /// All checks that a good slot must pass.
    public func required() -> [HealthCheck] {
        [system, state, rendered, libvirt, address].compactMap { $0 } + programs("required", isRequired: true)
    }

    /// Those that only warn: a switch or an engine that is down is no reason to go back to an older system.
    public func wanted() -> [HealthCheck] {
        let failed = probes.services().failed ?? []
        let units = HealthCheck(
            "units", isRequired: false,
            problem: failed.isEmpty ? nil : "failed: " + failed.sorted().joined(separator: ", "))
        let storage = HealthCheck("storage", isRequired: false, problem: probes.storage())
        return [units, room, engine, storage].compactMap { $0 } + programs("wanted", isRequired: false)
    }

    private var system: HealthCheck { HealthCheck("root", problem: probes.root()) }

    /// Nil on a stateless node, which has memory in its place because it is to have it.
    private var state: HealthCheck? {
        if configuration.stateless == true { return nil }
        let said = SystemFile.line(Path.join(root, "run/nodewright/state-problem"))
        let isMounted = StatePartition(root: root) != nil
        // The kernel does that when it meets an error (access(2): EROFS).
        let isWritable = access(Path.join(root, StatePartition.mountPoint), W_OK) == 0
        let problem =
            isMounted
            ? isWritable ? nil : "the state partition has become read-only" : "the state partition is not mounted"
        return HealthCheck("state", problem: said ?? problem)
    }

    /// A partition that is full is none of the slot's faults: the other one has the same.
    private var room: HealthCheck? {
        guard StatePartition(root: root) != nil else { return nil }
        return HealthCheck("state-room", isRequired: false, problem: StateCare.problem(root: root))
    }

    private var rendered: HealthCheck {
        let state = ConfigurationState.read(root: root)
        let problem =
            state == nil
            ? "the configuration was not rendered when the node started"
            : state?.phase == .failed ? state?.failure?.message ?? "it has mistakes" : nil
        return HealthCheck("configuration", problem: problem)
    }

    /// Nil where the image has none.
    private var libvirt: HealthCheck? {
        guard let service = probes.services().services.first(where: { $0.name == "libvirtd" }),
            service.state != "not installed"
        else { return nil }
        return HealthCheck(
            "libvirt", problem: service.state == "active" ? probes.libvirt() : "\(service.name) is \(service.state)")
    }

    /// Nil without an engine.
    private var engine: HealthCheck? {
        guard let engine = EngineLocation(configuration.engine) else { return nil }
        return HealthCheck(
            "engine", isRequired: false, problem: probes.engineAnswers(engine) ? nil : "\(engine) does not answer")
    }

    /// Nil in an image without NetworkManager, which has no network to be managed by.
    private var address: HealthCheck? {
        if probes.services().services.contains(where: { $0.name == "NetworkManager" && $0.state == "not installed" }) {
            return nil
        }
        return HealthCheck("management-address", problem: probes.missingAddress(configuration))
    }

    /// Programs that end with status 0 when all is well; the last line that they print says what is wrong.
    private func programs(_ kind: String, isRequired: Bool) -> [HealthCheck] {
        var found: [String: String] = [:]
        for folder in Self.folders.map({ Path.join(root, $0 + "/" + kind) }) {
            for name in (try? Folder.list(folder)) ?? [] where !name.hasPrefix(".") {
                found[name] = Path.join(folder, name)
            }
        }
        return found.sorted { $0.key < $1.key }.map { name, path in
            HealthCheck(name, isRequired: isRequired, problem: run(path))
        }
    }

    private func run(_ path: String) -> String? {
        guard access(path, X_OK) == 0 else { return "\(path) is no program" }
        return Self.answer([path], Self.limit)
    }

    /// Nil when the command ends with status 0 within so many seconds; else its last line.
    static func answer(_ command: [String], _ seconds: Int) -> String? {
        do {
            let result = try Command("timeout", ["--kill-after=5", String(seconds)] + command).run()
            if result.status == 0 { return nil }
            if result.status == 124 || result.status == 137 { return "no answer within \(seconds) seconds" }
            let lines = (result.text + result.errorTail).split(separator: "\n")
            return lines.last.map(String.init) ?? "status \(result.status)"
        } catch { return (error as? Failure)?.message ?? "\(error)" }
    }

    /// Sessions of iSCSI that are down, and mounted storage domains (VDSM's folder) that do not answer.
    static func lostStorage(root: String) -> String? {
        let folder = Path.join(root, "sys/class/iscsi_session")
        let sessions = ((try? Folder.list(folder)) ?? []).filter {
            SystemFile.line(Path.join(folder, $0 + "/state")) != "LOGGED_IN"
        }
        let mounts = MountEntry.all(root: root).map(\.place).filter { place in
            place.hasPrefix("/rhev/data-center/mnt/")
                && answer(["stat", "--file-system", Path.join(root, place)], 10) != nil
        }
        let lost = sessions.map { "the iSCSI \($0) is down" } + mounts.map { "\($0) does not answer" }
        return lost.isEmpty ? nil : lost.joined(separator: "; ")
    }
}
