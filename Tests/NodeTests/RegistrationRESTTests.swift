import Document
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// What only the REST interface of an engine shows and does.
@Suite struct RegistrationRESTTests {
    private static let password = "correct horse & battery=staple"

    /// Registers with credentials, and approves.
    private func register(
        _ node: RegisteringNode, _ change: (inout EngineSettings) -> Void = { _ in }
    ) throws -> RegisteringNode.Outcome {
        try register(node, options: { _ in }, change)
    }

    private func register(
        _ node: RegisteringNode, options: (inout Registration.Options) -> Void,
        _ change: (inout EngineSettings) -> Void = { _ in }
    ) throws -> RegisteringNode.Outcome {
        try node.engine.set(["password": Self.password])
        let outcome = try node.register(options) {
            $0.engine.user = "admin@internal"
            $0.engine.password = Secret(Self.password)
            $0.engine.approve = true
            change(&$0.engine)
        }
        expectNoSecrets(node, outcome)
        return outcome
    }

    /// Neither password nor token is in anything that people or other programs see, or that is stored.
    private func expectNoSecrets(_ node: RegisteringNode, _ outcome: RegisteringNode.Outcome) {
        let stored = node.content("run/nodewright/state/engine/registration.json") ?? ""
        let all = outcome.said.joined(separator: "\n") + (outcome.failure?.description ?? "") + stored
        for secret in [Self.password, "horse", "token-\(node.engine.port)-", "Bearer"] {
            #expect(!all.contains(secret), "\(all)")
        }
    }

    @Test func approvesAndFollowsUntilItIsUp() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node)
            #expect(
                outcome.said.dropFirst(3).joined(separator: "\n") == """
                    the engine has answered OK
                    the engine has this node in the state "pending_approval"
                    approving the host "node1.example.org"
                    the engine has this node in the state "installing"
                    the engine has this node in the state "reboot"
                    the engine has this node in the state "up"
                    """)
            #expect(outcome.state?.step == .up)
            #expect(node.state?.step == .up)
            #expect(node.anonymous(node.state?.line ?? "") == "host of the engine ENGINE: up")
            #expect(try register(node).failure?.status == .nothingToDo)
            // The engine's rules for headers.
            let login = try node.engine.requests().first { $0["path"]?.string == "/ovirt-engine/sso/oauth/token" }
            #expect(login?["headers"]?["Accept"]?.string == "application/json")
            #expect(
                login?["body"]?.string?.contains("&username=admin%40internal&password=correct%20horse%20%26%20") == true
            )
        }
    }

    @Test func withoutApprovalItWaitsAndLooksAgain() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let first = try register(node, options: { $0.patience = 0.1 }) { $0.approve = nil }
            #expect(first.said.last == "waiting until somebody approves this node")
            #expect(first.state?.step == .pending)
            #expect(
                node.anonymous(node.state?.line ?? "") == "waiting for approval on the engine ENGINE")
            // Each later run asks again.
            let second = try register(node, options: { $0.patience = 0.1 }) { $0.approve = nil }
            #expect(second.state?.step == .pending)
            #expect(try register(node).state?.step == .up)
            #expect(try node.engine.hosts().count == 1)
        }
    }

    /// Somebody approves it in the engine, while the node waits for that.
    @Test(arguments: ["up", "install_failed"]) func anApprovalThatComesLaterIsSeen(_ end: String) throws {
        try RegisteringNode.with(["install": end]) { (node: RegisteringNode) throws -> Void in
            let registration = try node.registration({ $0.patience = 60 }) {
                $0.engine.user = "admin@internal"
                $0.engine.password = Secret("secret")
            } say: { line in
                if line.hasPrefix("waiting until") { try? node.engine.approve("node1.example.org") }
            }
            let failure: Failure?
            do { failure = try registration.run().step == .up ? nil : Failure(.internalError, "not up") } catch {
                failure = error as? Failure
            }
            #expect(failure?.status == (end == "up" ? nil : .incompatible))
            #expect(node.state?.step.rawValue == end)
            #expect(node.state?.problem == (end == "up" ? nil : .installFailed))
        }
    }

    /// An engine that has stored nothing lists another machine of this name, which waits for approval.
    @Test(arguments: [nil, EngineSettings.Mode.add]) func anotherMachineOfTheSameNameIsNotApproved(
        _ mode: EngineSettings.Mode?
    ) throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state != nil)
            let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f root@other\n"
            for ownKey in [key, nil] {
                try File.remove(node.path("etc/ssh/ssh_host_ecdsa_key.pub"))
                if let ownKey { try File.write(node.path("etc/ssh/ssh_host_ecdsa_key.pub"), ownKey) }
                let outcome = try register(
                    node,
                    options: {
                        $0.again = true
                        $0.leadsHere = { _ in true }
                    }
                ) { $0.mode = mode }
                #expect(outcome.failure?.status == .invalidInput)
                #expect(
                    outcome.message
                        == "the engine ENGINE does not list this node, but another machine as \"node1.example.org\", with the address 127.0.0.1"
                )
                #expect(node.state?.problem == .refused)
                if mode == nil { #expect(node.state?.step == .unregistered) }
                #expect(try node.engine.hosts().map { $0["status"]?.string } == ["pending_approval"])
            }
        }
    }

    /// A host at the address of this node has another SSH key: it is not approved, whatever became of the machine. Where one
    /// of the two keys is not known, the address decides.
    @Test func anotherMachineAtTheSameAddressIsNotApproved() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state != nil)
            let file = node.path("etc/ssh/ssh_host_ecdsa_key.pub")
            let other = node.path("etc/ssh/ssh_host_ed25519_key.pub")
            try File.remove(file)
            try File.write(other, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n")
            for (mode, name) in [(nil, nil), (EngineSettings.Mode.add, nil), (nil, "own-name")] as [(_, String?)] {
                let outcome = try register(node, options: { $0.again = true }) {
                    $0.mode = mode
                    $0.nodeName = name
                }
                #expect(outcome.failure?.status == .invalidInput)
                #expect(
                    outcome.message
                        == "the engine ENGINE does not list this node, but another machine as \"node1.example.org\", with the address 127.0.0.1"
                )
                #expect(
                    outcome.failure?.hint
                        == "its SSH key is another one; give this node a name (engine.node-name) and an address of its own, or remove that host from the engine if it was this node"
                )
                #expect(node.state?.problem == .refused)
                #expect(try node.engine.hosts().map { $0["status"]?.string } == ["pending_approval"])
            }
            // One of several keys is enough.
            try File.write(node.path("etc/ssh/ssh_host_rsa_key.pub"), RegisteringNode.hostKey + "\n")
            #expect(try register(node, options: { $0.again = true }).state?.step == .up)
        }
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state != nil)
            try File.remove(node.path("etc/ssh/ssh_host_ecdsa_key.pub"))
            #expect(try register(node).state?.step == .up)
        }
    }

    /// 200 OK is no proof: an engine says so although it has stored nothing.
    @Test(arguments: [("store", "no"), ("cluster", "")]) func okWithoutStoring(_ name: String, _ value: String) throws {
        try RegisteringNode.with([name: value]) { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state?.step == .requested)
            let outcome = try register(node)
            #expect(outcome.failure?.status == .invalidInput)
            #expect(outcome.message == "the engine ENGINE answered OK, but does not list this node")
            #expect(node.state?.step == .unregistered)
            #expect(node.state?.problem == .refused)
        }
    }

    @Test func aFailedInstallationNamesTheLikelyCause() throws {
        try RegisteringNode.with(["install": "install_failed"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node, options: { $0.diagnose = { "no VDSM in this image" } })
            #expect(outcome.failure?.status == .incompatible)
            #expect(
                outcome.message
                    == "the engine ENGINE could not install its agent on this node; the likely cause: no VDSM in this image"
            )
            #expect(node.state?.step == .installFailed)
            #expect(node.state?.problem == .installFailed)
            #expect(node.state?.hostStatus == "install_failed")
            // It can be approved once more.
            try node.engine.set(["install": "up"])
            #expect(try register(node).state?.step == .up)
        }
    }

    /// A user of another profile, and an installation that takes many looks.
    @Test func anotherUserAndALongInstallation() throws {
        let user = "deploy@ovirt@internalsso"
        try RegisteringNode.with(["user": user, "polls": "6"]) {
            (node: RegisteringNode) throws -> Void in
            #expect(try register(node) { $0.user = user }.state?.step == .up)
            let looks = try node.engine.requests().count {
                $0["method"]?.string == "GET" && $0["path"]?.string?.hasPrefix("/ovirt-engine/api/hosts/") == true
            }
            #expect(looks >= 12)
        }
    }

    @Test func anInstallationThatDoesNotEnd() throws {
        try RegisteringNode.with(["install": "stay"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node, options: { $0.patience = 0.1 })
            #expect(outcome.failure?.status == .busy)
            #expect(outcome.message == "the engine ENGINE still has this node in the state \"installing\"")
            #expect(node.state?.problem == .engineBusy)
            #expect(node.state?.step == .installing)
        }
    }

    @Test func anEngineThatApprovesByItself() throws {
        try RegisteringNode.with(["auto-approve": "yes"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node)
            #expect(outcome.state?.step == .up)
            #expect(!outcome.said.contains { $0.hasPrefix("approving") })
        }
    }

    @Test func refusedCredentials() throws {
        for echo in ["no", "yes"] {
            try RegisteringNode.with(["echo": echo]) { (node: RegisteringNode) throws -> Void in
                let outcome = try register(node) { $0.user = "nobody@internal" }
                #expect(outcome.failure?.status == .invalidInput)
                #expect(
                    outcome.message == "the engine ENGINE refuses the user \"nobody@internal\": access_denied")
                let said = "Cannot authenticate user: the user name or password is incorrect."
                let more = echo == "yes" ? " user nobody@internal password (secret)" : ""
                #expect(outcome.failure?.details == [said + more])
                // The registration itself has worked.
                #expect(node.state?.step == .requested)
                #expect(node.state?.problem == .refused)
            }
        }
    }

    @Test func tokens() throws {
        // One that does not last is fetched anew.
        try RegisteringNode.with(["token-uses": "2"]) { (node: RegisteringNode) throws -> Void in
            #expect(try register(node).state?.step == .up)
            let logins = try node.engine.requests().count { $0["path"]?.string == "/ovirt-engine/sso/oauth/token" }
            #expect(logins > 2)
        }
        // One that is given cannot be.
        try RegisteringNode.with(["echo": "yes"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register({ _ in }) { $0.engine.token = Secret("my-own-token") }
            #expect(outcome.failure?.status == .invalidInput)
            #expect(outcome.message == "the engine ENGINE does not accept the token")
            #expect(outcome.failure?.description.contains("my-own") == false)
        }
    }

    @Test(arguments: [
        (
            "approve:409", Host.ExitStatus.invalidInput,
            "the REST interface of the engine ENGINE refuses (status 409): it does not say why"
        ),
        (
            "hosts:html", .incompatible,
            "the REST interface of the engine ENGINE gives an answer that is none"
        ),
        (
            "hosts:403", .invalidInput,
            "the REST interface of the engine ENGINE refuses (status 403): it does not say why"
        ),
        (
            "hosts:404", .incompatible,
            "the REST interface of the engine ENGINE refuses (status 404): it does not say why"
        ),
        ("host:401", .invalidInput, "the engine ENGINE does not accept the token"),
        ("token:503", .busy, "the engine ENGINE is not ready: it answers with status 503"),
        (
            "token:html", .incompatible,
            "the engine ENGINE gives no token and no reason: it answers with status 200"
        ),
        (
            "token:redirect", .incompatible,
            "the engine ENGINE redirects to https://other.example.org/ovirt-engine/sso/oauth/token, which is not followed"
        ),
        (
            "hosts:huge", .incompatible,
            "the engine ENGINE gives an answer that is none: the server sends more than the 4194304 bytes that are allowed"
        ),
    ])
    func faults(_ fault: String, _ status: Host.ExitStatus, _ message: String) throws {
        try RegisteringNode.with(["fault": fault]) { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node)
            #expect(outcome.failure?.status == status)
            #expect(outcome.message == message)
            #expect(node.state?.isRequested == true)
            #expect(node.state?.problem != nil)
        }
    }

    @Test func aClusterThatIsNotThere() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node) { $0.cluster = "None" }
            #expect(outcome.failure?.status == .invalidInput)
            #expect(
                outcome.message
                    == "the REST interface of the engine ENGINE refuses (status 404): Operation Failed: [Entity not found: Cluster: name=None]"
            )
            let right = try register(node) { $0.cluster = "Default" }
            #expect(right.state?.step == .up)
        }
    }

    /// An engine gives a second host of the same name another one.
    @Test func aNameThatIsTaken() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state != nil)
            try Registration.forget(root: node.root)
            for file in ["etc/vdsm/vdsm.id", "run/nodewright/state/engine/unique-id"] {
                try File.remove(node.path(file))
            }
            try File.write(node.path("sys/class/dmi/id/product_uuid"), "3F2504E0-4F89-11D3-9A0C-0305E82C3302\n")
            let outcome = try register(node)
            #expect(outcome.state?.step == .up)
            #expect(outcome.said.contains("approving the host \"node1.example.org-2\""))
            #expect(
                try node.engine.hosts().map { $0["status"]?.string } == ["pending_approval", "up"])
        }
    }

    @Test func anEngineWithoutTheServiceAddsIt() throws {
        try RegisteringNode.with(["service": "no"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node) { $0.mode = .add }
            #expect(outcome.state?.step == .up)
            #expect(outcome.said.contains("adding \"node1.example.org\", address 127.0.0.1"))
            #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
            let host = try #require(try node.engine.hosts().first)
            #expect(host["fingerprint"]?.string?.hasPrefix("SHA256:") == true)
            #expect(host["ssh_port"]?.integer == 22)
            // Once more: it is there already.
            let again = try register(node, options: { $0.again = true }) { $0.mode = .add }
            #expect(again.state?.step == .up)
            #expect(again.said.contains("the engine lists this node already"))
            #expect(try node.engine.hosts().count == 1)
        }
    }

    @Test(arguments: [
        (
            "add:409", Host.ExitStatus.invalidInput,
            "the REST interface of the engine ENGINE refuses (status 409): it does not say why"
        ), ("add:500", .network, "the engine ENGINE has failed: it answers with status 500"),
    ])
    func addingIsRefused(_ fault: String, _ status: Host.ExitStatus, _ message: String) throws {
        try RegisteringNode.with(["service": "no", "fault": fault]) { (node: RegisteringNode) throws -> Void in
            let outcome = try register(node) { $0.mode = .add }
            #expect(outcome.failure?.status == status)
            #expect(outcome.message == message)
            #expect(node.state?.step == .unregistered)
        }
    }

    @Test func addingNeedsCredentials() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register({ _ in }) { $0.engine.mode = .add }
            #expect(outcome.failure?.status == .invalidInput)
            #expect(outcome.message == "no credentials are given for the REST interface of the engine ENGINE")
            #expect(node.state?.problem == .notConfigured)
            #expect(try node.engine.hosts().isEmpty)
        }
    }

    /// The name and address of another host of the engine.
    @Test func anAddressThatIsTaken() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let first = try register(node) { $0.mode = .add }
            #expect(first.state?.step == .up)
            let outcome = try node.register({
                $0.again = true
                $0.leadsHere = { _ in true }
            }) {
                $0.engine.user = "admin@internal"
                $0.engine.password = Secret(Self.password)
                $0.engine.mode = .add
            }
            // Found by its name.
            #expect(outcome.state?.step == .up, "\(outcome)")
            #expect(try node.engine.hosts().count == 1)
        }
    }
}
