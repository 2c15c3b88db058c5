import Bus
import Glibc
import Host
public import NodeConfig
import Transfer

/// Makes this node a host of an oVirt Engine, and says truthfully how far that came.
///
/// 1. The engine's authority is found out and checked; nothing is stored or sent before.
/// 2. The engine's SSH key may log in as root.
/// 3. The node is registered (or added, over REST).
/// 4. With credentials, REST shows whether the engine really lists it, approves it, and is followed until it is up.
public struct Registration {
    /// What is asked for besides the configuration.
    public struct Options {
        /// Asks a person whether an authority is trusted; nil when nobody is there.
        public var ask: ((OfferedAuthority) throws -> Bool)?
        /// Whether a registration that is remembered is repeated.
        public var again = false
        /// Seconds for which the installation of the engine's agent is followed.
        public var patience = 1800.0
        /// Seconds between two looks at it.
        public var interval = 5.0
        /// Seconds that one request may take.
        public var timeout = 60
        /// Whether a name leads to this node.
        var leadsHere: (String) -> Bool = NodeDescription.leadsHere
        /// Whether any interface has an address with which another network can be reached.
        var isOnline: () -> Bool = NetworkInterface.someHasAddress
        /// What NetworkManager knows; nil when it does not answer.
        var network: () -> NetworkManager.Snapshot? = {
            (try? BusConnection(timeout: 20)).flatMap { try? NetworkManager($0).snapshot() }
        }
        /// The likely reason why the engine could not install its agent, found out on this node; nil when there is none.
        public var diagnose: () -> String? = { nil }

        /// Nobody is there.
        public init() {}
    }

    /// An engine that is trusted, and what it is told.
    struct Session {
        let client: WebClient
        let node: NodeDescription
    }

    let configuration: NodeConfiguration
    let engine: EngineLocation
    let options: Options
    let say: (String) -> Void
    private let root: String
    private let store: RegistrationStore

    var settings: EngineSettings { configuration.engine }

    /// A registration that is ready to run.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - say: hears each step in words
    /// - Throws: `.nothingToDo` when the configuration names no engine
    public init(
        _ configuration: NodeConfiguration, root: String = "/", options: Options = Options(),
        say: @escaping (String) -> Void
    ) throws {
        guard let engine = EngineLocation(configuration.engine) else {
            throw Failure(
                .nothingToDo, "the node configuration names no engine",
                hint: "nodectl register ENGINE, or engine.address")
        }
        self.configuration = configuration
        self.engine = engine
        self.root = root
        self.options = options
        self.say = say
        store = RegistrationStore(root: root)
    }

    /// Goes as far as possible; how far that was is stored, whatever happens.
    ///
    /// - Returns: where it ended
    /// - Throws: `.nothingToDo` when the engine has been told earlier and nothing else can be asked, `.busy` while another process
    ///   does it, and everything that the steps throw
    @discardableResult
    public func run() throws -> RegistrationState {
        let lock = try store.lock()
        defer { lock.release() }
        var state = remembered() ?? RegistrationState(engine: "\(engine)")
        let trust = EngineTrust(
            engine: engine, settings: settings, store: store, timeout: options.timeout, ask: options.ask)
        let hasREST = EngineAPI.hasCredentials(settings)
        if state.isRequested, !options.again, state.problem == nil, trust.settled != nil, !hasREST || state.step == .up
        {
            try restore()
            throw Failure(
                .nothingToDo, "the engine \(engine) has been told of this node already",
                hint: "nodectl register --status shows how far it is; nodectl register --again tells it once more")
        }
        state.forgetProblem()
        do {
            try advance(&state, trust, hasREST: hasREST)
            try keep(&state)
            return state
        } catch {
            let classified = error as? ClassifiedFailure
            guard let failure = classified?.failure ?? error as? Failure else { throw error }
            let told = state.stopped(by: failure, as: classified?.problem, isOnline: options.isOnline)
            try keep(&state)
            throw told
        }
    }

    /// Forgets an engine: its authority, how far registration came, and that its key may log in.
    ///
    /// - Parameter root: `/`, or a fixture
    /// - Throws: `.nothingToDo` when there is none
    public static func forget(root: String = "/") throws {
        let store = RegistrationStore(root: root)
        let lock = try store.lock()
        defer { lock.release() }
        guard store.isUsed else { throw Failure(.nothingToDo, "this node knows no engine") }
        if let key = store.sshKey { try AuthorizedKeys(root: root).forbid(key) }
        try store.forget()
    }

    /// Forgets the engine that this node knows when it is another one than the configuration has, or that has none.
    ///
    /// - Parameter root: `/`, or a fixture
    /// - Returns: the engine that was forgotten; nil when there was none, or it is the right one
    /// - Throws: `.busy` while another process registers this node
    public static func forget(unless settings: EngineSettings, root: String = "/") throws -> String? {
        guard let known = RegistrationStore(root: root).engine, known != EngineLocation(settings)?.description
        else { return nil }
        try forget(root: root)
        return known
    }

    private func remembered() -> RegistrationState? {
        guard let state = store.state, state.engine == "\(engine)" else { return nil }
        return state
    }

    func keep(_ state: inout RegistrationState) throws {
        // An engine that has not been found to be the right one takes nothing from the one that has.
        if let trusted = store.trustedEngine, trusted != "\(engine)" { return }
        state.time = wallClockSeconds()
        try store.keep(state)
    }

    /// Puts back what a start without its own state has lost: the key, and the file with the unique id.
    private func restore() throws {
        if let key = store.sshKey { try AuthorizedKeys(root: root).allow(key, insteadOf: nil) }
        _ = try UniqueID.establish(root: root, store: store)
    }

    private func advance(_ state: inout RegistrationState, _ trust: EngineTrust, hasREST: Bool) throws {
        do {
            let session = try open(trust, &state)
            if settings.mode == .add {
                try add(session, &state)
            } else {
                try register(session, &state)
                if hasREST { try confirm(session, &state) }
            }
        } catch let failure as Failure { throw trust.explain(failure) }
    }

    /// Trusts the engine, and lets it in.
    private func open(_ trust: EngineTrust, _ state: inout RegistrationState) throws -> Session {
        say("connecting to the engine \(engine)")
        let authority = try trust.establish()
        let client = try WebClient(.authorities(authority.pem), timeout: options.timeout)
        let service = HostRegisterService(engine: engine, client: client)
        if settings.mode != .add { try service.requireVersion() }
        let key = try service.sshKey()
        // Until here nothing was stored: from here on it is certain that the engine is the one that is meant.
        if authority.isNew { say("the engine's authority is trusted: SHA-256 \(authority.fingerprint)") }
        try store.keep(authority: authority.pem, of: engine)
        try AuthorizedKeys(root: root).allow(key, insteadOf: store.sshKey)
        try store.keep(sshKey: key)

        let id = try UniqueID.establish(root: root, store: store)
        let node = try NodeDescription(
            configuration, root: root, uniqueID: id, localAddress: localAddress(client),
            resolves: options.leadsHere)
        state.authority = authority.fingerprint
        state.uniqueID = id.text
        state.name = node.name
        state.address = node.address
        return Session(client: client, node: node)
    }

    /// Where the engine finds this node: on the management interface, else on the one that leads to the engine.
    private func localAddress(_ client: WebClient) -> String {
        let isNamed = configuration.network.management != nil
        let own = isNamed ? options.network().flatMap { ManagementAddress(configuration).address(in: $0) } : nil
        return own?.description ?? client.localAddress ?? ""
    }

    private func register(_ session: Session, _ state: inout RegistrationState) throws {
        let node = session.node
        say("registering as \"\(PlainText.printable(node.name))\", address \(PlainText.printable(node.address))")
        try HostRegisterService(engine: engine, client: session.client).register(node)
        if !state.isRequested { state.step = .requested }
        say("the engine has answered OK")
    }
}
