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
        /// What the management address still lacks.
        var missingAddress: (NodeConfiguration) -> String?
        /// Whether dm-verity has met damage.
        var rootIsDamaged: () -> Bool
    }

    /// Programs whose name stands in both folders: the one in `/etc` counts. `required` and `wanted` are folders in them.
    static let folders = ["usr/lib/nodewright/health.d", "etc/nodewright/health.d"]
    /// Seconds that a program may take.
    private static let limit = 60

    private let root: String
    private let configuration: NodeConfiguration
    private let probes: Probes

    /// Those of the running node.
    public init(_ configuration: NodeConfiguration) {
        let reader = ServiceReader()
        self.init(
            root: "/", configuration,
            Probes(
                services: reader.read,
                missingAddress: { configuration in
                    guard let bus = try? BusConnection(timeout: 20),
                        let snapshot = try? NetworkManager(bus).snapshot()
                    else { return "NetworkManager does not answer" }
                    return ManagementAddress(configuration).missing(in: snapshot)
                },
                rootIsDamaged: Problems.rootIsDamaged))
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
        return [units] + programs("wanted", isRequired: false)
    }

    private var system: HealthCheck {
        HealthCheck("root", problem: probes.rootIsDamaged() ? "the root file system is damaged on the disk" : nil)
    }

    private var state: HealthCheck {
        let said = SystemFile.line(Path.join(root, "run/nodewright/state-problem"))
        let isMounted = StatePartition(root: root) != nil
        return HealthCheck("state", problem: said ?? (isMounted ? nil : "the state partition is not mounted"))
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
            "libvirt", problem: service.state == "active" ? nil : "\(service.name) is \(service.state)")
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
        do {
            let result = try Command("timeout", ["--kill-after=5", String(Self.limit), path]).run()
            if result.status == 0 { return nil }
            if result.status == 124 || result.status == 137 { return "no answer within \(Self.limit) seconds" }
            let lines = (result.text + result.errorTail).split(separator: "\n")
            return lines.last.map(String.init) ?? "status \(result.status)"
        } catch { return (error as? Failure)?.message ?? "\(error)" }
    }
}
