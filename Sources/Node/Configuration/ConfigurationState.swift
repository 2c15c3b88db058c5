import Document
import Host
import NodeConfig

/// How far a node has come since its kernel started, from the inputs that were found to a configuration in force.
///
/// One small file in memory, replaced as a whole whenever something has changed: `nodectl render` begins it in the initramfs,
/// `nodectl configure` goes on with it, the consoles and `nodectl status` show it. There are no secrets in it.
public struct ConfigurationState: Hashable, Sendable {
    /// How far it is, in one word.
    public enum Phase: String, Sendable, CaseIterable {
        /// No input and nothing stored: the image's defaults are in force.
        case unconfigured
        /// On the way; `activity` says what is being done.
        case waiting
        /// In force completely.
        case configured
        /// Something is wrong with it that will not get right by waiting; `failure` says what.
        case failed
    }

    /// A place that says something about the configuration.
    public struct Input: Hashable, Sendable {
        /// What became of it.
        public enum Use: String, Sendable, CaseIterable {
            /// It counts.
            case used
            /// A stored configuration counts more.
            case ignored
            /// It cannot be used, because of mistakes in it or in another one that counts with it.
            case unusable
            /// It is on a web server, and has not been fetched yet; or it counts as soon as such a document is there.
            case awaited
        }

        /// `config disk`
        public let origin: String
        /// `NODECONFIG/node.yaml`, for an address without user, password and query; nil when there is but one of the kind.
        public let name: String?
        /// What became of it.
        public var use: Use

        /// `config disk NODECONFIG/node.yaml`
        public var words: String { name.map { "\(origin) \($0)" } ?? origin }
    }

    /// A mistake in an input.
    public struct Mistake: Hashable, Sendable {
        /// `NODECONFIG/node.yaml:3:11`, or the word of the kernel command line.
        public let place: String
        /// What is wrong.
        public let message: String
        /// What to do about it.
        public let hint: String?

        /// `NODECONFIG/node.yaml:3:11: "bad_" is not a host name`
        public var line: String { "\(place): \(message)" }
    }

    /// Why a node is not configured as it should be.
    public struct Reason: Hashable, Sendable {
        /// The exit status of its class.
        public let status: Int
        /// What, in one line.
        public let message: String
        /// What to do about it.
        public let hint: String?
        /// More lines.
        public let details: [String]
    }

    /// What has become of an installation that was asked for.
    public struct Installation: Hashable, Sendable {
        /// How far it is.
        public enum Phase: String, Sendable, CaseIterable {
            case running
            /// Done; the machine restarts unless it shall stay.
            case done
            /// There was nothing to do, or this is not the system that could do it.
            case notNeeded = "not-needed"
            case failed
        }

        /// How far it is.
        public let phase: Phase
        /// What is being done, has been done, or keeps it from being done.
        public let message: String
        /// What to do about it.
        public let hint: String?
        /// More lines.
        public let details: [String]

        init(_ phase: Phase, _ message: String, hint: String? = nil, details: [String] = []) {
            self.phase = phase
            self.message = message
            self.hint = hint
            self.details = details
        }

        /// In one line: `installation failed: …`
        var line: String {
            switch phase {
            case .running, .done, .notNeeded: message
            case .failed: "installation failed: \(message)"
            }
        }
    }

    /// How far it is.
    public var phase: Phase
    /// What is being done now; nil at the end.
    public var activity: String?
    /// Seconds from the kernel's start to the moment at which the configuration was in force; nil before.
    ///
    /// In force means all of this: what the initramfs writes into the root is written; a document on a web server has been
    /// fetched, applied and stored; and NetworkManager has the management interface up with its static addresses, or with
    /// one that DHCP or a router gave. The management interface is the one that `network.management` names; without that
    /// key any of the interfaces that can have the default route; without any interfaces, whichever card gets an address first,
    /// or none when NetworkManager has tried them all. The clock is `CLOCK_BOOTTIME`, which counts from the kernel's start.
    public var seconds: Double?
    /// Every place that says something, the weakest first.
    public var inputs: [Input]
    /// What is in force: `the stored configuration, generation 2`.
    public var inForce: String
    /// Why it failed, or will have failed once the rest is done.
    public var failure: Reason?
    /// Every mistake of the inputs, also of those that are ignored.
    public var mistakes: [Mistake]
    /// What was passed over and what people should know besides.
    public var notes: [String]
    /// The file, readable for root alone, with as much of the inputs as could be understood; nil when all of it was.
    public var understood: String?
    /// What has become of an installation that was asked for; nil when none was.
    public var installation: Installation?
}

extension ConfigurationState.Reason {
    /// A failure as it can be kept.
    init(_ failure: Failure) {
        status = Int(failure.status.rawValue)
        message = failure.message
        hint = failure.hint
        details = failure.details
    }

    /// The same as what was kept.
    var failure: Failure {
        Failure(ExitStatus(rawValue: Int32(status)) ?? .internalError, message, hint: hint, details: details)
    }
}

extension ConfigurationState {
    /// Whether a document on a web server has not been fetched yet.
    private var isAwaited: Bool { inputs.contains { $0.use == .awaited } }

    /// Notes why it fails; at once, unless there is something left to do.
    private mutating func fail(_ failure: Failure) {
        self.failure = self.failure ?? Reason(failure)
        guard !isAwaited else { return }
        phase = .failed
        activity = nil
    }

    /// What is in force when provisioning inputs count.
    static func provisioned(isStored: Bool) -> String { "what the inputs say" + (isStored ? ", and it is stored" : "") }

    /// Notes that somebody has brought another configuration into force by hand, and stored it.
    ///
    /// - Parameter root: `/`, or a fixture
    public static func noteChange(generation: Int, root: String = "/") {
        guard var state = read(root: root) else { return }
        state.phase = .configured
        state.activity = nil
        state.failure = nil
        state.mistakes = []
        state.understood = nil
        state.inForce = storedWords(generation)
        // For people only: the change itself has succeeded.
        try? state.write(root: root)
    }

    private static func storedWords(_ generation: Int) -> String {
        "the stored configuration, generation \(generation)"
    }

    /// Takes over what only the process before this one could know.
    mutating func goOn(from earlier: ConfigurationState) {
        notes = earlier.notes
        seconds = earlier.seconds
        inForce = earlier.inForce
        let disk = ConfigurationInput.Origin.configDisk.name
        // One that cannot be read leaves no document behind.
        if let unreadable = earlier.inputs.first(where: { $0.origin == disk && $0.use == .unusable }),
            !inputs.contains(where: { $0.origin == disk })
        {
            inputs.append(unreadable)
            if let failure = earlier.failure?.failure { fail(failure) }
        }
    }

    /// Notes a config disk that cannot be read.
    mutating func addUnreadableDisk(_ failure: Failure, counts: Bool) {
        inputs.append(
            Input(
                origin: ConfigurationInput.Origin.configDisk.name, name: ConfigDisk.label,
                use: counts ? .unusable : .ignored))
        if counts { fail(failure) }
    }

    /// The state after all inputs were read.
    init(_ reading: NodeInputs.Reading) {
        self.init(
            phase: .waiting, activity: nil, seconds: nil, inputs: reading.found, inForce: "",
            failure: reading.failure.map { Reason($0) }, mistakes: [], notes: [], understood: nil)
        mistakes =
            reading.mistakes.filter { $0.severity == .error }.map {
                Mistake(place: $0.position.description, message: $0.message, hint: $0.hint)
            }
            + reading.commandLine.mistakes.filter { $0.severity == .error }.map {
                Mistake(place: $0.place, message: $0.message, hint: $0.hint)
            }
        let isEmpty =
            reading.choice.isProvisioned && failure == nil
            && inputs.allSatisfy { $0.origin == ConfigurationInput.Origin.image.name }
        phase = isEmpty ? .unconfigured : failure == nil || isAwaited ? .waiting : .failed
        activity = phase == .waiting ? "waiting for the system to start" : nil
        if let generation = reading.generation, !reading.choice.isProvisioned {
            inForce = Self.storedWords(generation.number)
        } else if isEmpty {
            inForce = "the image's defaults"
        } else {
            inForce = reading.isComplete ? Self.provisioned(isStored: false) : "what could be understood of the inputs"
        }
    }
}
