public import Console
public import Disks
public import Host
public import Node
public import NodeConfig

/// A machine of the tests: three disks, three cards, one engine; notes what was done to it.
public final class FakeMachine: SetupMachine, @unchecked Sendable {
    /// Whether it was started from a medium.
    public var canInstall = true
    /// Two of them.
    public let keymaps = ["de-nodeadkeys", "us"]
    /// Whether a changed network is found to work.
    public var networkWorks = true
    /// Whether the time to keep a network is always over.
    public var networkGoesBack = false
    /// What is on its disk.
    public var parts: [DiskPart] = []
    /// What was done to it, in order.
    public var deeds: [String] = []

    /// A machine to which nothing has been done.
    public init() {}

    /// The authority of its engine, `engine.example.org`.
    public static let engine = OfferedAuthority(
        subject: "CN=engine.example.org.1", sha256: (0..<32).map { _ in "AB" }.joined(separator: ":"),
        sha1: (0..<20).map { _ in "CD" }.joined(separator: ":"))

    /// An empty disk, and the medium.
    public func disks() -> [Disk] {
        [
            Disk(path: "/dev/vda", size: 64 << 30, model: "Empty", transport: .virtio, parts: parts),
            Disk(path: "/dev/sda", size: 8 << 30, isBootMedium: true),
        ]
    }

    /// One card with a link, two without.
    public func cards() -> [SetupCard] {
        [
            SetupCard(
                name: "eno1", address: MACAddress("52:54:00:12:34:56"), driver: "e1000e", speed: 1000, hasLink: true,
                neighbour: "switch1 port 3"),
            SetupCard(name: "eno2"), SetupCard(name: "eno3"),
        ]
    }

    /// A line for each interface.
    public func networkDifference(_ configuration: NodeConfiguration) -> [String] {
        configuration.network.interfaces.map { "interface \($0.name): new" }
    }

    /// Notes it.
    public func changeNetwork(
        _ configuration: NodeConfiguration, _ progress: @escaping ProgressSink
    ) throws -> SetupNetworkChange {
        deeds.append("network")
        guard networkWorks else { throw Failure(.network, "the gateway 192.0.2.1 does not answer") }
        return SetupNetworkChange(seconds: 60, warnings: [])
    }

    /// Notes it.
    public func endNetworkChange(keeps: Bool) throws {
        deeds.append(keeps ? "keep" : "revert")
        if networkGoesBack { throw Failure(.nothingToDo, "the time is over") }
    }

    /// Knows one engine.
    public func authority(of engine: EngineSettings) throws -> OfferedAuthority {
        guard "\(engine.address.map { "\($0)" } ?? "")" == "engine.example.org" else {
            throw Failure(.network, "there is no host of this name")
        }
        return Self.engine
    }

    /// A file with one key.
    public func fetch(_ url: String) -> String { "# keys\nssh-ed25519 \(Self.key) from-url\n" }
    /// The key in it.
    public static let key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

    /// The same for all passwords.
    public func hash(_ password: String) -> Secret { Secret("$y$j9T$salt$hash") }

    /// Refuses the medium.
    public func plan(_ draft: SetupDraft) throws -> [String] {
        guard let disk = disks().first(where: { $0.path == draft.disk }) else {
            throw Failure(.invalidInput, "the disk is gone")
        }
        try InstallationPlan.checkUse(disk)
        return ["to \(disk.path)"]
    }

    /// Notes it.
    public func carryOut(_ draft: SetupDraft, _ progress: @escaping ProgressSink) -> [String] {
        deeds.append(draft.installs ? "install \(draft.disk ?? "")" : "apply")
        return []
    }

    /// One.
    public func sticks() -> [(name: String, label: String)] { [("/dev/sdb1", "/dev/sdb1, Stick, DATA")] }
    /// Notes the names.
    public func save(_ files: [(name: String, content: String)], to stick: String) {
        deeds.append("save " + files.map(\.name).joined(separator: " "))
    }
    /// Notes it.
    public func restart() { deeds.append("restart") }
    /// Notes it.
    public func use(keymap: String) { deeds.append("keymap \(keymap)") }
}
