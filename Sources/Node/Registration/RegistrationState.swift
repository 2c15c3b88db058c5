public import Document
import Host

/// How far the registration with an engine has come.
public struct RegistrationState: Hashable, Sendable {
    /// The steps, in their order.
    public enum Step: String, Sendable, CaseIterable {
        /// The engine has been asked for nothing yet, or has not answered.
        case unregistered
        /// The engine said OK, which is no proof: only REST shows whether it lists the node.
        case requested
        /// The engine lists the node, and an administrator must approve it.
        case pending = "pending_approval"
        /// The engine installs its agent.
        case installing
        /// The node is one of the engine's hosts, in another state than `up`; `hostStatus` says which.
        case known
        /// The node is one of the engine's hosts, and works.
        case up
        /// The engine could not install its agent.
        case installFailed = "install_failed"
    }

    /// What kept it from coming further.
    public enum Problem: String, Sendable, CaseIterable {
        /// No interface of the node has an address.
        case networkDown = "network-down"
        /// The engine does not answer.
        case engineDown = "engine-down"
        /// The engine is starting, in maintenance mode, or not done with this node.
        case engineBusy = "engine-busy"
        /// Certificate, fingerprint or key are not what they should be.
        case untrusted
        /// The node's own configuration lacks something: on what the engine is to be trusted, a name, credentials.
        case notConfigured = "not-configured"
        /// The engine does not want this node, or not these credentials.
        case refused
        /// What answers is no engine, or one that is too old.
        case noService = "no-service"
        /// The engine could not install its agent.
        case installFailed = "install-failed"
        /// Something in the node.
        case failed
    }

    /// `engine.example.org:8443`
    public var engine: String
    /// How far it has come.
    public var step = Step.unregistered
    /// The engine's own word for the state of the host, when it has been asked.
    public var hostStatus: String?
    /// Under which id the node is known for ever.
    public var uniqueID: String?
    /// Under which name the engine lists the node.
    public var name: String?
    /// Under which address the engine reaches the node.
    public var address: String?
    /// The fingerprint (SHA-256) of the engine's authority.
    public var authority: String?
    /// What keeps it from coming further; nil when nothing does.
    public var problem: Problem?
    /// The problem in words.
    public var message: String?
    /// What to do about it.
    public var hint: String?
    /// When all this was so, in seconds since 1970.
    public var time = wallClockSeconds()

    /// Nothing done yet.
    public init(engine: String) { self.engine = engine }

    /// What kept it from coming further has passed, or is tried again.
    mutating func forgetProblem() {
        problem = nil
        message = nil
        hint = nil
    }

    /// Notes what kept it from coming further.
    ///
    /// - Parameter known: of which kind it is; nil when the status of the failure tells it
    /// - Returns: the same for people, who see first that the node is on no network at all
    mutating func stopped(by failure: Failure, as known: Problem?, isOnline: () -> Bool) -> Failure {
        let problem = known ?? Problem(failure, isOnline: isOnline)
        let told =
            problem == .networkDown
            ? Failure(
                failure.status, "no interface of this node has an address",
                hint: "check cables and addresses: nodectl status", details: [failure.message]) : failure
        self.problem = problem
        message = told.message
        hint = told.hint
        return told
    }

    /// Whether the engine has been told of this node.
    public var isRequested: Bool { step != .unregistered }

    /// One line for people, with the reason when something keeps it from coming further.
    public var line: String { message.map { "\(words): \($0)" } ?? words }

    /// How far it has come, without the reason.
    public var words: String {
        let named = "engine \(engine)"
        return switch step {
        case .unregistered: "not registered with the \(named)"
        case .requested: "asked the \(named), which alone knows whether this node is approved"
        case .pending: "waiting for approval on the \(named)"
        case .installing: "being installed by the \(named)"
        case .known: "host of the \(named): \(hostStatus ?? "unknown")"
        case .up: "host of the \(named): up"
        case .installFailed: "the \(named) could not install its agent"
        }
    }

    /// Everything for people, a line each; printable.
    public var text: String {
        let rows: [(String, String?)] = [
            ("Engine", engine), ("State", words), ("Host status", hostStatus), ("Problem", message),
            ("What to do", hint),
            ("Name", name), ("Address", address), ("Unique id", uniqueID), ("Authority", authority),
        ]
        return rows.compactMap { name, value in
            value.map { PlainText.column(name, 16) + PlainText.printable($0, limit: 1000) + "\n" }
        }.joined()
    }

    /// For files and scripts.
    public var json: JSONValue {
        [
            "engine": .string(engine), "step": .string(step.rawValue), "host-status": .optional(hostStatus),
            "unique-id": .optional(uniqueID), "name": .optional(name), "address": .optional(address),
            "authority-sha256": .optional(authority), "problem": .optional(problem?.rawValue),
            "message": .optional(message), "hint": .optional(hint), "time": .integer(time),
        ]
    }

    /// What `json` wrote; nil when it is something else.
    public init?(json: Document.Node) {
        guard let engine = json["engine"]?.string, let step = json["step"]?.string.flatMap(Step.init) else {
            return nil
        }
        self.engine = engine
        self.step = step
        hostStatus = json["host-status"]?.string
        uniqueID = json["unique-id"]?.string
        name = json["name"]?.string
        address = json["address"]?.string
        authority = json["authority-sha256"]?.string
        problem = json["problem"]?.string.flatMap(Problem.init)
        message = json["message"]?.string
        hint = json["hint"]?.string
        time = json["time"]?.integer ?? 0
    }
}

extension RegistrationState.Problem {
    /// The kind of a failure.
    fileprivate init(_ failure: Failure, isOnline: () -> Bool) {
        self =
            switch failure.status {
            case .network: isOnline() ? .engineDown : .networkDown
            case .busy: .engineBusy
            case .signature: .untrusted
            case .invalidInput: .refused
            case .incompatible: .noService
            default: .failed
            }
    }
}
