import Bus

/// The states of the services that make a host a hypervisor.
public struct Services: Hashable, Sendable {
    /// A service in the words of people, behind which several units may stand.
    public struct Service: Hashable, Sendable {
        /// `libvirtd`
        public let name: String
        /// `active`, `inactive`, `failed`, `activating` …, `not installed` or `unknown`.
        public let state: String
        /// `running`, `listening`, `dead` …; nil when nothing is known.
        public let detail: String?

        /// A service.
        public init(name: String, state: String, detail: String? = nil) {
            self.name = name
            self.state = state
            self.detail = detail
        }

        /// One word for the screen: the detail where that says more.
        public var word: String { state == "active" || state == "activating" ? detail ?? state : state }
    }

    /// The watched services and the units that may provide each, in order of preference. A service that is started by its
    /// socket is fine while only the socket is active.
    public static let watched: [(name: String, units: [String])] = [
        ("libvirtd", ["libvirtd.service", "virtqemud.service", "libvirtd.socket", "virtqemud.socket"]),
        ("NetworkManager", ["NetworkManager.service"]),
        ("sshd", ["sshd.service", "ssh.service", "sshd.socket", "ssh.socket"]),
        ("chronyd", ["chronyd.service", "chrony.service"]),
    ]

    /// Reached once the node was found healthy.
    static let healthy = "boot-complete.target"

    /// One entry for each watched service.
    public let services: [Service]
    /// The names of failed units; nil when process 1 could not be asked.
    public let failed: [String]?
    /// Why process 1 could not be asked.
    public let problem: String?
    /// Whether the node was found healthy since its start.
    public let isHealthy: Bool

    /// States.
    public init(services: [Service], failed: [String]?, problem: String? = nil, isHealthy: Bool = false) {
        self.isHealthy = isHealthy
        self.services = services
        self.failed = failed
        self.problem = problem
    }

    /// Nothing is known.
    public static func unknown(_ problem: String) -> Services {
        Services(
            services: watched.map { Service(name: $0.name, state: "unknown") }, failed: nil, problem: problem)
    }

    /// The states of the watched services from those of all their units.
    init(units: [ServiceManager.Unit], failed: [ServiceManager.Unit]) {
        let byName = Dictionary(units.map { ($0.name, $0) }) { first, _ in first }
        services = Self.watched.map { name, candidates in
            let units = candidates.compactMap { byName[$0] }.filter { $0.load != "not-found" }
            let best = units.first { $0.active != "inactive" } ?? units.first
            guard let best else { return Service(name: name, state: "not installed") }
            if best.load == "masked" { return Service(name: name, state: "masked") }
            return Service(name: name, state: best.active, detail: best.sub)
        }
        self.failed = failed.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        problem = nil
        isHealthy = byName[Self.healthy]?.active == "active"
    }
}
