public import Disks
public import Host
public import Node
public import NodeConfig

/// A machine on which nothing is done: what would be is said.
public struct RehearsalMachine: SetupMachine {
    private let real: any SetupMachine
    private let say: (String) -> Void

    /// The same machine without deeds.
    ///
    /// - Parameter say: hears what would be done
    public init(_ real: any SetupMachine, say: @escaping (String) -> Void) {
        self.real = real
        self.say = say
    }

    /// As it is.
    public var canInstall: Bool { real.canInstall }
    /// As they are.
    public var keymaps: [String] { real.keymaps }
    /// As they are.
    public func disks() throws -> [Disk] { try real.disks() }
    /// As they are.
    public func cards() -> [SetupCard] { real.cards() }
    /// As it is.
    public func networkDifference(_ configuration: NodeConfiguration) throws -> [String] {
        try real.networkDifference(configuration)
    }
    /// Says so.
    public func changeNetwork(
        _ configuration: NodeConfiguration, _ progress: @escaping ProgressSink
    ) throws -> SetupNetworkChange {
        say("change the network, and look whether it works")
        return SetupNetworkChange(seconds: 60, warnings: [])
    }
    /// Says so.
    public func endNetworkChange(keeps: Bool) throws { say(keeps ? "keep the network" : "take the network back") }
    /// Asks the engine: that changes nothing.
    public func authority(of engine: EngineSettings) throws -> OfferedAuthority { try real.authority(of: engine) }
    /// Fetches it: that changes nothing.
    public func fetch(_ url: String) throws -> String { try real.fetch(url) }
    /// Hashes it.
    public func hash(_ password: String) throws -> Secret { try real.hash(password) }
    /// As it is.
    public func plan(_ draft: SetupDraft) throws -> [String] { try real.plan(draft) }
    /// Says what would be done.
    public func carryOut(_ draft: SetupDraft, _ progress: @escaping ProgressSink) throws -> [String] {
        if draft.installs(on: self) {
            try plan(draft).forEach(say)
        } else {
            say("bring this configuration into force")
        }
        draft.configuration.shownYAML.split(separator: "\n").forEach { say("  " + $0) }
        return []
    }
    /// As they are.
    public func sticks() throws -> [(name: String, label: String)] { try real.sticks() }
    /// Says so.
    public func save(_ files: [(name: String, content: String)], to stick: String) throws {
        say("save \(files.map(\.name).joined(separator: ", ")) to \(stick)")
    }
    /// Says so.
    public func restart() throws { say("restart this machine") }
    /// Says so.
    public func use(keymap: String) throws { say("load the keymap \(keymap)") }
}
