public import Disks
public import Host
public import Node
public import NodeConfig

/// A network card as people tell them apart.
public struct SetupCard: Hashable, Sendable {
    /// The kernel's name: `eno1`.
    public var name: String
    /// The permanent hardware address.
    public var address: MACAddress?
    /// `e1000e`
    public var driver: String?
    /// Mbit/s; nil when there is no link.
    public var speed: Int?
    /// Whether there is a link.
    public var hasLink: Bool
    /// What stands at the other end, as it says itself (LLDP): `switch1 port Gi1/0/3`.
    public var neighbour: String?

    /// A card of which the name is known.
    public init(
        name: String, address: MACAddress? = nil, driver: String? = nil, speed: Int? = nil, hasLink: Bool = false,
        neighbour: String? = nil
    ) {
        self.name = name
        self.address = address
        self.driver = driver
        self.speed = speed
        self.hasLink = hasLink
        self.neighbour = neighbour
    }
}

/// A change of the network that works and goes back by itself.
public struct SetupNetworkChange: Sendable {
    /// Seconds until it goes back.
    public var seconds: Int
    /// What is not as it should be but may stay.
    public var warnings: [String]

    /// A change.
    public init(seconds: Int, warnings: [String]) {
        self.seconds = seconds
        self.warnings = warnings
    }
}

/// The machine that the wizard sets up: everything that it sees and does, so that a recorded run can play without doing it.
public protocol SetupMachine {
    /// Whether the running system was started from a medium or the network, and can be installed.
    var canInstall: Bool { get }
    /// The keymaps that the console has.
    var keymaps: [String] { get }
    /// The disks.
    func disks() throws -> [Disk]
    /// The network cards, those with a link first.
    func cards() -> [SetupCard]
    /// What would have to change in the network, for people; empty when it is so already.
    func networkDifference(_ configuration: NodeConfiguration) throws -> [String]
    /// Changes the network and looks whether it works.
    ///
    /// - Throws: `.network` with the reasons when it does not; it is as before then
    func changeNetwork(_ configuration: NodeConfiguration, _ progress: @escaping ProgressSink) throws
        -> SetupNetworkChange
    /// Keeps the change, or takes it back.
    func endNetworkChange(keeps: Bool) throws
    /// The authority that an engine shows.
    func authority(of engine: EngineSettings) throws -> OfferedAuthority
    /// The text behind an HTTP or HTTPS address.
    func fetch(_ url: String) throws -> String
    /// The hash of a password, as crypt(5) has it.
    func hash(_ password: String) throws -> Secret
    /// What an installation would do, for people.
    ///
    /// - Throws: when it must not be done
    func plan(_ draft: SetupDraft) throws -> [String]
    /// Does everything that was decided.
    ///
    /// - Returns: what did not work and is not needed
    func carryOut(_ draft: SetupDraft, _ progress: @escaping ProgressSink) throws -> [String]
    /// The USB sticks with a file system that other machines read, by device: `sdb1`, and what people read.
    func sticks() throws -> [(name: String, label: String)]
    /// Writes files to a stick, each whole or not at all.
    func save(_ files: [(name: String, content: String)], to stick: String) throws
    /// Restarts the machine.
    func restart() throws
    /// Lets the console have another keymap now.
    func use(keymap: String) throws
}
