import Host
import NodeConfig

/// A node configuration on its way into force on the running node.
public struct ConfigurationApplication {
    /// Reads and writes what outlasts a restart.
    public struct Store {
        /// The configuration that is stored; nil when there is none.
        public let read: () throws -> NodeConfiguration?
        /// Stores a configuration that somebody wants.
        public let write: (NodeConfiguration) throws -> Void
        /// Stores the same configuration with its cards pinned: its values come from where they came from before.
        public let pin: (NodeConfiguration) throws -> Void

        /// A place to keep configurations.
        ///
        /// - Parameter pin: `write` unless given
        public init(
            read: @escaping () throws -> NodeConfiguration?, write: @escaping (NodeConfiguration) throws -> Void,
            pin: ((NodeConfiguration) throws -> Void)? = nil
        ) {
            self.read = read
            self.write = write
            self.pin = pin ?? write
        }
    }

    /// Seconds in which a change of cards alone must be confirmed.
    public static let plainTimeout = 60
    /// Seconds in which one with bonds, bridges or VLANs must be confirmed: spanning tree and LACP take up to 30 each.
    public static let longTimeout = 120

    /// What is to be in force, with each card pinned.
    public let configuration: NodeConfiguration
    /// What happens to the network.
    public let network: NetworkPlan
    /// Everything else that differs.
    public let settings: [SettingDifference]
    /// What of it the image cannot do.
    public let warnings: [String]
    /// What was stored before.
    private let stored: NodeConfiguration?
    private let store: Store
    private let change: NetworkChange

    /// Compares a configuration with the running node; nothing is changed.
    ///
    /// - Throws: when a card is not there, or a service does not answer
    public init(_ wanted: NodeConfiguration, store: Store, progress: @escaping ProgressSink = silent) throws {
        self.store = store
        change = try NetworkChange(progress: progress)
        (network, configuration) = try change.plan(wanted)
        var warnings: [String] = []
        settings = try configuration.settings.flatMap { try $0.differences { warnings.append($0) } }
        self.warnings = warnings
        stored = try store.read()
    }

    /// Whether the node already is as the configuration says.
    public var isDone: Bool { network.isEmpty && settings.isEmpty && stored == configuration }

    /// What would change, for people; secrets are not shown.
    public var lines: [String] {
        var lines = network.lines
        lines += settings.map(\.line)
        if stored != configuration {
            let difference = LineDifference.lines(
                from: stored?.shownYAML ?? "", to: configuration.shownYAML, context: 1)
            lines += ["stored configuration: \(stored == nil ? "new" : "changed")"] + difference.map { "  " + $0 }
        }
        return lines
    }

    /// Seconds in which the change must be confirmed unless somebody says otherwise.
    public var defaultTimeout: Int { network.profiles.needsTime ? Self.longTimeout : Self.plainTimeout }

    /// Changes what needs nobody's confirmation: everything but the network.
    ///
    /// - Throws: `.busy` while a change of the network waits; when a setting could not be made, after the rest is stored
    public func applyWithoutNetwork() throws {
        var refused: Failure?
        try NetworkChange.withoutChange {
            refused = Self.applySettings(configuration)
            try store.write(configuration)
        }
        if let refused { throw refused.during("the configuration is stored, but") }
    }

    /// One setting that cannot be made must not keep the others from being made: the first failure is told at the end.
    private static func applySettings(_ configuration: NodeConfiguration) -> Failure? {
        var refused: Failure?
        for settings in configuration.settings {
            do { try settings.apply { _ in } } catch {
                refused = refused ?? error as? Failure ?? Failure(.internalError, "\(error)")
            }
        }
        return refused
    }

    /// Changes the network within a checkpoint and looks whether it works.
    ///
    /// - Parameter timeout: seconds that are left to confirm it when this returns
    /// - Returns: the change that waits, and what is not as it should be but may stay
    /// - Throws: `.network` with the reasons when it does not work; the network is as before then
    public func changeNetwork(timeout: Int) throws -> (change: NetworkChange, warnings: [String]) {
        let engineAnswered = NetworkVerification.engineAnswers(configuration)
        try change.begin(network, timeout: timeout, candidate: configuration.yaml)
        do {
            let verification = NetworkVerification(configuration, network, of: change, engineAnswered: engineAnswered)
            let problems = try verification.wait(seconds: Double(timeout) / 2) { (try? change.state()) != .waiting }
            let fatal = problems.filter(\.isFatal).map(\.text)
            guard fatal.isEmpty else {
                throw Failure(.network, fatal[0], details: Array(fatal.dropFirst()))
            }
            try change.restartTimer(timeout)
            return (change, problems.map(\.text))
        } catch let failure as Failure {
            let outcome = Self.goBack(change)
            throw Failure(
                failure.status, "the change does not work, \(outcome): \(failure.message)",
                hint: failure.hint, details: failure.details)
        }
    }

    private static func goBack(_ change: NetworkChange) -> String {
        do {
            try change.revert()
            return "the network is as before"
        } catch let failure as Failure where failure.status == .nothingToDo {
            return "the network is as before"
        } catch {
            return "NetworkManager goes back when the time is over (\(error))"
        }
    }

    /// Keeps the change of the network that waits, with all else that its configuration says.
    ///
    /// - Throws: `.nothingToDo` when none waits; when a setting of the machine could not be made, after the rest is stored
    public static func confirm(store: Store) throws {
        var refused: Failure?
        try NetworkChange().confirm { candidate in
            let configuration = try NodeConfiguration.read(Array(candidate.utf8), file: "the change that waits")
            return {
                refused = applySettings(configuration)
                KernelMessages.networkChanged()
                try store.write(configuration)
            }
        }
        if let refused { throw refused.during("the configuration is stored, but") }
    }

    /// Pins the cards of a configuration that was stored before anybody knew them, as the first start does.
    ///
    /// A card that is missing now is pinned at a later start. While a change waits nothing is done: what it stores is pinned.
    public static func pinStored(store: Store) throws {
        guard !NetworkChange.isRecorded,
            try store.read()?.network.interfaces.contains(where: \.isUnpinned) == true
        else { return }
        let (devices, linked) = try NetworkChange().devices()
        try NetworkChange.withoutChange {
            guard var stored = try store.read() else { return }
            let pinned = try NetworkCards(stored.network, among: devices, linked: linked, needsAll: false).pinned
            if pinned == stored.network { return }
            stored.network = pinned
            try store.pin(stored)
        }
    }

    /// Ends what a change has left whose NetworkManager was killed: goes back, or ends what was confirmed.
    public static func recover(store: Store) throws {
        guard NetworkChange.isRecorded else { return }
        let change = try NetworkChange()
        switch try change.state() {
        case .lost: try change.revert()
        case .confirmed: try confirm(store: store)
        case .waiting, .kept, .reverted: return
        }
    }
}

extension InterfaceSettings {
    /// Whether it is a card that is found by its name or its link alone.
    fileprivate var isUnpinned: Bool {
        switch kind {
        case .card(.name), .card(.link): true
        default: false
        }
    }
}
