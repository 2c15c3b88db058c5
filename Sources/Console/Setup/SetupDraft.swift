import Node
public import NodeConfig

/// What somebody has decided in the wizard so far.
public struct SetupDraft {
    /// The node configuration as it is going to be.
    public var configuration: NodeConfiguration
    /// Where values come from that nobody has typed here, by the path of the value.
    public var origins: [String: String]
    /// Whether this system is installed to a disk; otherwise the running one is configured.
    public var installs: Bool
    /// The disk's path.
    public var disk: String?
    /// The names of guests' data and storage domains that are given up.
    public var destroyed: Set<String> = []
    /// What somebody has confirmed by typing the disk's name: `Disk.confirmation`.
    public var wiped: String?
    /// Whether the state of the node that is on the disk stays.
    public var keepsState = false
    /// The network as it was before anybody was asked.
    let given: NetworkSettings
    /// The network as it was asked for; nil until then.
    var network: SetupNetwork?
    /// The engine whose authority is decided about, and the authority.
    var authority: (engine: String, offered: OfferedAuthority)?
    /// The network that was found to work, or that somebody wants untested.
    var settledNetwork: NetworkSettings?
    /// Whether somebody wants to take the configuration along.
    var isTakenAlong = false
    /// What did not work and is not needed, once all is done.
    var warnings: [String] = []
    /// A change of the network that waits to be kept.
    var waiting: SetupNetworkChange?

    /// Begins with what is known already.
    public init(_ configuration: NodeConfiguration, origins: [String: String] = [:], installs: Bool) {
        self.configuration = configuration
        given = configuration.network
        self.origins = origins
        self.installs = installs
    }

    /// Whether a disk is installed to: somebody wants it, and this system can.
    func installs(on machine: any SetupMachine) -> Bool { installs && machine.canInstall }

    /// Where a value comes from that nobody has typed: of the path, or of something in it.
    func origin(of path: String) -> String? {
        origins[path] ?? origins.first { $0.key.hasPrefix(path + ".") || $0.key.hasPrefix(path + "[") }?.value
    }
}
