/// Everything that describes one node, from its name to its engine: the content of the one YAML document.
///
/// A value that is absent (nil, or an empty list) leaves the image's default as it is.
public struct NodeConfiguration: Hashable, Sendable {
    /// The version of the document's form that this program writes.
    public static let schemaVersion = 1

    /// The node's name.
    public var hostname: Hostname?
    /// Time zone and time servers.
    public var time = TimeSettings()
    /// Language and keyboard.
    public var locale = LocaleSettings()
    /// Name servers and search domains, for all interfaces.
    public var dns = DNSSettings()
    /// Interfaces and their addresses.
    public var network = NetworkSettings()
    /// Remote login.
    public var ssh = SSHSettings()
    /// The administrator's account.
    public var administrator = AdministratorSettings()
    /// What may be done at the console.
    public var console = ConsoleSettings()
    /// Where logs and dumps go.
    public var logging = LoggingSettings()
    /// What happens after a crash of the kernel.
    public var kdump = KdumpSettings()
    /// Monitoring over SNMP.
    public var snmp = SNMPSettings()
    /// Names of this node in storage protocols.
    public var storage = StorageSettings()
    /// The oVirt Engine that manages this node.
    public var engine = EngineSettings()
    /// Unattended installation to a disk.
    public var installation = InstallationSettings()
    /// From where, and when, the node is upgraded.
    public var upgrade = UpgradeSettings()
    /// Absolute paths of files and folders that outlast a restart, besides those that always do.
    public var persist: [String] = []
    /// Whether nothing at all outlasts a restart; false unless given.
    public var stateless: Bool?

    /// The configuration in which nothing is given.
    public init() {}
}
