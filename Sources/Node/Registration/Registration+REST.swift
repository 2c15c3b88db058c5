import Glibc
import Host
import NodeConfig

/// What only the REST interface shows: whether the engine lists the node, and what it does with it.
extension Registration {
    /// Looks whether the engine really lists the node, and goes on from there.
    func confirm(_ session: Session, _ state: inout RegistrationState) throws {
        let api = try EngineAPI(engine, settings, client: session.client)
        switch try api.find(session.node) {
        case .node(let host): try proceed(host, api, &state)
        case .namesake(let host):
            state.step = .unregistered
            throw isAnother(host)
        case .nothing:
            state.step = .unregistered
            throw Failure(
                .invalidInput, "the engine \(engine) answered OK, but does not list this node",
                hint: "it has stored nothing: is there a cluster? Its engine.log says why")
        }
    }

    private func isAnother(_ host: ListedHost) -> Failure {
        let name = PlainText.printable(host.name)
        let address = PlainText.printable(host.address)
        return Failure(
            .invalidInput,
            "the engine \(engine) does not list this node, but another machine as \"\(name)\", with the address \(address)",
            hint:
                "its SSH key is another one; give this node a name (engine.node-name) and an address of its own, or remove that host from the engine if it was this node"
        )
    }

    /// Adds the node over REST, unless the engine lists it already.
    func add(_ session: Session, _ state: inout RegistrationState) throws {
        let api = try EngineAPI(engine, settings, client: session.client)
        let node = session.node
        switch try api.find(node) {
        case .node(let host):
            say("the engine lists this node already")
            return try proceed(host, api, &state)
        case .namesake(let host): throw isAnother(host)
        case .nothing: break
        }
        say("adding \"\(PlainText.printable(node.name))\", address \(PlainText.printable(node.address))")
        let host = try api.add(node, cluster: settings.cluster)
        note(host, &state)
        try follow(host, with: api, &state)
    }

    /// Approves a host that waits for it, where that is wanted, and follows it.
    private func proceed(_ host: ListedHost, _ api: EngineAPI, _ state: inout RegistrationState) throws {
        note(host, &state)
        try keep(&state)
        guard host.canBeApproved else { return try follow(host, with: api, &state) }
        guard settings.approve ?? false else {
            if state.step == .installFailed { throw installationFailed }
            say("waiting until somebody approves this node")
            return try follow(host, with: api, &state)
        }
        say("approving the host \"\(PlainText.printable(host.name))\"")
        do {
            try api.approve(host, cluster: settings.cluster)
        } catch let failure as Failure where failure.status == .invalidInput {
            // Somebody else may have been faster.
            guard try !api.host(host.id).canBeApproved else { throw failure }
        }
        try follow(host, with: api, &state)
    }

    /// Watches the approval and the installation of the engine's agent until it is over, or patience is; nobody must approve.
    private func follow(_ listed: ListedHost, with api: EngineAPI, _ state: inout RegistrationState) throws {
        let deadline = monotonicSeconds() + options.patience
        var last = listed.status
        while true {
            let host = try api.host(listed.id)
            if host.status != last {
                note(host, &state)
                try keep(&state)
            }
            last = host.status
            switch state.step {
            case .up: return
            case .installFailed: throw installationFailed
            // Somebody decides that elsewhere.
            case .known where ["maintenance", "non_operational"].contains(host.status): return
            default: break
            }
            guard monotonicSeconds() < deadline else {
                if state.step == .pending { return }
                throw Failure(
                    .busy, "the engine \(engine) still has this node in the state \"\(host.status)\"",
                    hint: "nodectl register goes on watching; nodectl check shows what an engine needs")
            }
            usleep(UInt32(options.interval * 1_000_000))
        }
    }

    private var installationFailed: ClassifiedFailure {
        let cause = options.diagnose().map { "; the likely cause: \($0)" } ?? ""
        return ClassifiedFailure(
            .installFailed,
            Failure(
                .incompatible, "the engine \(engine) could not install its agent on this node\(cause)",
                hint: "nodectl check shows what an engine needs; the engine's host-deploy log says the rest"))
    }

    private func note(_ host: ListedHost, _ state: inout RegistrationState) {
        state.hostStatus = host.status
        switch host.status {
        case "pending_approval": state.step = .pending
        case "installing", "initializing", "reboot", "installing_os": state.step = .installing
        case "install_failed": state.step = .installFailed
        case "up": state.step = .up
        default: state.step = .known
        }
        say("the engine has this node in the state \"\(host.status)\"")
    }
}
