import Document
import Glibc
import Host
import NodeConfig
import TestSupport
import Testing

@testable import Node

/// What a node and an engine say to each other, and what stays of it.
@Suite struct RegistrationTests {
    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func registersAndKeepsWhatItMust() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register()
            #expect(
                outcome.said == [
                    "connecting to the engine ENGINE",
                    "the engine's authority is trusted: SHA-256 \(node.engine.sha256)",
                    "registering as \"node1.example.org\", address 127.0.0.1", "the engine has answered OK",
                ])
            #expect(outcome.state?.step == .requested)
            #expect(node.state == outcome.state)
            #expect(
                node.anonymous(node.state?.line ?? "")
                    == "asked the engine ENGINE, which alone knows whether this node is approved")

            let sent = try #require(try node.engine.registrations().first)
            let expected = [
                "version": "1", "uniqueId": RegisteringNode.uuid.lowercased(), "name": "node1.example.org",
                "address": "127.0.0.1", "sshPort": "22", "sshUser": "root", "vdsPort": "54321", "port": "54321",
            ]
            for (name, value) in expected { #expect(sent[name]?.string == value, "\(name)") }
            let printed = try Command(
                "ssh-keygen", ["-l", "-f", node.path("etc/ssh/ssh_host_ecdsa_key.pub")]
            ).run().check().text
            #expect(
                printed.split(separator: " ").dropFirst().first.map(String.init) == sent["sshKeyFingerprint"]?.string)
            let host = try #require(try node.engine.hosts().first)
            #expect(host["status"]?.string == "pending_approval")

            #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
            #expect(mode(node.path("root/.ssh")) == 0o700)
            #expect(mode(node.path("root/.ssh/authorized_keys")) == 0o600)
            #expect(node.content("etc/vdsm/vdsm.id") == RegisteringNode.uuid.lowercased() + "\n")
            let folder = "run/nodewright/state/engine"
            #expect(mode(node.path(folder)) == 0o700)
            #expect(
                node.content(folder + "/ca.pem")
                    == "# authority of 127.0.0.1:\(node.engine.port)\n" + node.engine.authority)
            // Every call names the port, which a test engine never has by chance.
            let hosts = try node.engine.requests().compactMap { $0["headers"]?["Host"]?.string }
            #expect(Set(hosts) == ["127.0.0.1:\(node.engine.port)"])

            let again = try node.register()
            #expect(again.failure?.status == .nothingToDo)
            #expect(again.message == "the engine ENGINE has been told of this node already")
            #expect(try node.engine.registrations().count == 1)
            #expect(try node.register { $0.again = true }.state?.step == .requested)
            #expect(try node.engine.registrations().count == 2)
            #expect(try node.engine.hosts().count == 1)
            #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
        }
    }

    @Test func whatMemoryHasLostComesBack() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state != nil)
            try Folder.remove(node.path("root/.ssh"))
            try Folder.remove(node.path("etc/vdsm"))
            try File.remove(node.path("sys/class/dmi/id/product_uuid"))
            #expect(try node.register().failure?.status == .nothingToDo)
            #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
            #expect(node.content("etc/vdsm/vdsm.id") == RegisteringNode.uuid.lowercased() + "\n")
        }
    }

    @Test(arguments: [
        ("Knoten 7 \u{E4}&?=#+%", "Knoten%207%20%C3%A4%26%3F%3D%23%2B%25"), ("\u{65E5}\u{672C}", "%E6%97%A5%E6%9C%AC"),
        ("plain-1.2_~", "plain-1.2_~"),
    ])
    func namesAreEncoded(_ name: String, _ encoded: String) throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try node.register({ _ in }) { $0.engine.nodeName = name }.state?.name == name)
            let request = try node.engine.requests().first { $0["query"]?["command"]?.string == "register" }
            let query = request?["raw-query"]?.string ?? ""
            #expect(query.contains("&name=\(encoded)&"), "\(query)")
            #expect(try node.engine.hosts().first?["name"]?.string == name)
        }
    }

    @Test func anAnswerInPiecesAndAKeyWithoutLineEnd() throws {
        try RegisteringNode.with(["fault": "*:chunked", "ssh-key": "no-newline"]) {
            (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state?.step == .requested)
            #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
        }
    }

    @Test(arguments: [
        ("400", Host.ExitStatus.invalidInput, "the engine ENGINE refuses this node: it answers with status 400"),
        ("html", .incompatible, "the engine ENGINE gives an answer to the registration that is none"),
        ("503", .busy, "the engine ENGINE is not ready: it answers with status 503"),
        (
            "endless", .incompatible,
            "the engine ENGINE gives an answer that is none: the server sends more than the 1048576 bytes that are allowed"
        ),
        (
            "redirect", .incompatible,
            "the engine ENGINE redirects to https://other.example.org/ovirt-engine/services/host-register, which is not followed"
        ),
    ])
    func aRefusedRegistration(_ how: String, _ status: Host.ExitStatus, _ message: String) throws {
        try RegisteringNode.with(["fault": "register:\(how)"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register()
            #expect(outcome.failure?.status == status)
            #expect(outcome.message == message)
            #expect(node.state?.step == .unregistered)
            #expect(try node.engine.hosts().isEmpty)
            // The next try may work.
            try node.engine.set(["fault": ""])
            #expect(try node.register().state?.step == .requested)
        }
    }

    @Test func aKeyOfAFormerEngineGoesAndOthersStay() throws {
        let own = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me"
        let former = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB8eHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA ovirt-engine"
        let before = "# mine\n\(own)\nfrom=\"192.0.2.0/24\" \(former)\n\(former)\ngarbage"
        let files = [
            "root/.ssh/authorized_keys": before, "run/nodewright/state/engine/engine.pub": former + "\n",
        ]
        try RegisteringNode.with(files: files) { (node: RegisteringNode) throws -> Void in
            #expect(try node.register().state != nil)
            // What somebody has made of the key with options of their own is theirs.
            let after = "# mine\n\(own)\nfrom=\"192.0.2.0/24\" \(former)\ngarbage\n\(node.engine.sshKey)\n"
            #expect(node.content("root/.ssh/authorized_keys") == after)
            try Registration.forget(root: node.root)
            #expect(
                node.content("root/.ssh/authorized_keys")
                    == "# mine\n\(own)\nfrom=\"192.0.2.0/24\" \(former)\ngarbage\n")
            #expect(node.state == nil)
            #expect(try Folder.list(node.path("run/nodewright/state/engine")) == ["lock", "unique-id"])
            let nothing = #expect(throws: Failure.self) { try Registration.forget(root: node.root) }
            #expect(nothing?.status == .nothingToDo)
        }
    }

    /// Another engine, or none: the former one is shut out, whether the new one answers or not.
    @Test func anEngineThatIsNotConfiguredAnyMoreIsForgotten() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            #expect(try Registration.forget(unless: EngineSettings(), root: node.root) == nil)
            for change in [{ $0.port = 1 }, { $0.address = nil }] as [(inout EngineSettings) -> Void] {
                #expect(try node.register().state != nil)
                var settings = node.configuration().engine
                #expect(try Registration.forget(unless: settings, root: node.root) == nil)
                #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
                change(&settings)
                let former = try Registration.forget(unless: settings, root: node.root)
                #expect(node.anonymous(former ?? "") == "ENGINE")
                #expect(node.content("root/.ssh/authorized_keys") == "")
                #expect(try Folder.list(node.path("run/nodewright/state/engine")) == ["lock", "unique-id"])
            }
        }
    }

    @Test func anEngineThatIsNotTrustedTakesNothingFromTheOneThatIs() throws {
        let other = try TestEngine()
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let before = try node.register().state
            let wrong = try node.register({ _ in }) {
                $0.engine.port = other.port
                $0.engine.fingerprint = CertificateFingerprint(other.otherSHA256)
            }
            #expect(wrong.failure?.status == .signature)
            #expect(node.state == before && before?.step == .requested)
            #expect(node.content("root/.ssh/authorized_keys") == node.engine.sshKey + "\n")
        }
    }

    /// Nobody has tried; somebody has, but this cannot be read; it can be read, but is damaged.
    @Test func whatIsRememberedAndCannotBeRead() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let store = RegistrationStore(root: node.root)
            #expect(try store.readState() == nil)
            #expect(try node.register().state != nil)
            let file = node.path("run/nodewright/state/engine/registration.json")
            for text in ["", "{", "[]", "{\"engine\": \"e\", \"step\": \"other\"}"] {
                try File.write(file, text)
                let damaged = #expect(throws: Failure.self) { _ = try store.readState() }
                #expect(damaged?.status == .device)
                #expect(damaged?.message == "what this node remembers of its engine is damaged: \"\(file)\"")
                #expect(damaged?.hint?.hasPrefix("nodectl register ") == true)
                #expect(store.state == nil)
            }
            // Registering repairs it.
            #expect(try node.register().state?.step == .requested)
            #expect(try store.readState()?.step == .requested)
            try File.remove(file)
            try Folder.create(file)
            let unreadable = #expect(throws: Failure.self) { _ = try store.readState() }
            #expect(unreadable?.message.hasPrefix("what this node remembers of its engine cannot be read: ") == true)
        }
    }

    @Test func onlyOneAtATime() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let lock = try RegistrationStore(root: node.root).lock()
            let outcome = try? node.register()
            #expect(outcome?.failure?.status == .busy)
            #expect(outcome?.message == "another process is registering this node")
            #expect(node.state == nil)
            lock.release()
            #expect(try node.register().state != nil)
        }
    }

    @Test func aNodeWithoutANameIsNotRegistered() throws {
        try RegisteringNode.with(files: ["proc/sys/kernel/hostname": "localhost\n"]) {
            (node: RegisteringNode) throws -> Void in
            let outcome = try node.register()
            #expect(outcome.failure?.status == .invalidInput)
            #expect(outcome.message == "this node has no name under which an engine could list it")
            #expect(node.state?.problem == .notConfigured)
            #expect(try node.register({ _ in }) { $0.engine.nodeName = "n7" }.state?.name == "n7")
        }
    }

    @Test func aNameThatLeadsHereIsTheAddress() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            var asked: [String] = []
            let outcome = try node.register {
                $0.leadsHere = {
                    asked.append($0)
                    return true
                }
            }
            #expect(outcome.state?.address == "node1.example.org")
            #expect(asked == ["node1.example.org"])
        }
        #expect(!NodeDescription.leadsHere("localhost"))
        #expect(!NodeDescription.leadsHere("not a name"))
    }

    @Test func aNodeWithoutANetworkSaysSo() throws {
        try RegisteringNode.with(["fault": "get-pki-trust:reset"]) { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register { $0.isOnline = { false } }
            #expect(outcome.failure?.status == .network)
            #expect(outcome.message == "no interface of this node has an address")
            #expect(node.state?.problem == .networkDown)
        }
    }

    @Test func withoutAnEngineThereIsNothingToDo() {
        let failure = #expect(throws: Failure.self) { _ = try Registration(NodeConfiguration(), say: { _ in }) }
        #expect(failure?.status == .nothingToDo)
    }
}

/// Registration without a person.
@Suite struct PatientRegistrationTests {
    /// - Parameter tryTime: seconds that each try takes
    private func run(
        _ node: RegisteringNode, patience: Double, tryTime: Double = 0, isClockRight: Bool = true
    ) throws -> (state: RegistrationState?, failure: Failure?, pauses: [Double], said: [String]) {
        var pauses: [Double] = []
        var said: [String] = []
        var clock = 1000.0
        let registration = try node.registration(
            { $0.timeout = 2 }, say: { if $0.hasPrefix("connecting") { clock += tryTime } })
        var patient = PatientRegistration(registration, patience: patience) {
            pauses.append($0)
            clock += $0
        }
        patient.isClockRight = { isClockRight }
        patient.now = { clock }
        do {
            let state = try patient.run { said.append($0) }
            return (state, nil, pauses, said)
        } catch let failure as Failure {
            return (nil, failure, pauses, said)
        }
    }

    @Test func goesOnWhenTheEngineIsReady() throws {
        try RegisteringNode.with(["fault": "get-version:503*2,register:500*1"]) {
            (node: RegisteringNode) throws -> Void in
            let result = try run(node, patience: 3600)
            #expect(result.state?.step == .requested)
            #expect(result.pauses.count == 3)
            #expect(
                result.said.first.map(node.anonymous)?.hasPrefix(
                    "the engine ENGINE is not ready: it answers with status 503; trying again in ") == true)
            #expect(node.state?.problem == nil)
        }
    }

    /// Longer and longer, never together with the neighbours, and not for ever.
    @Test func pausesGrowAndEnd() throws {
        try RegisteringNode.with(["fault": "get-pki-trust:503"]) { (node: RegisteringNode) throws -> Void in
            let result = try run(node, patience: 600)
            #expect(result.failure?.status == .busy)
            #expect(abs(result.pauses.reduce(0, +) - 600) < 0.001)
            var expected = PatientRegistration.firstPause
            for pause in result.pauses.dropLast() {
                #expect(((expected * 0.5)...(expected * 1.5)).contains(pause))
                expected = min(expected * 2, PatientRegistration.longestPause)
            }
            #expect(Set(result.pauses.map { $0.truncatingRemainder(dividingBy: 1) }).count > 1)
            #expect(node.state?.problem == .engineBusy)
        }
    }

    /// An engine that lets every request wait until it times out takes most of the time itself.
    @Test func triesCountAsTime() throws {
        try RegisteringNode.with(["fault": "get-pki-trust:503"]) { (node: RegisteringNode) throws -> Void in
            let result = try run(node, patience: 600, tryTime: 150)
            #expect(result.failure?.status == .busy)
            // The fourth try begins before the end of the time, whatever the pauses were, and ends after it.
            #expect(result.pauses.count == 3 && result.said.count == 3, "\(result.pauses)")
            #expect(try run(node, patience: 100, tryTime: 150).pauses.isEmpty)
        }
    }

    /// A certificate is judged by the clock: while nobody has set that, the judgement may change.
    @Test(arguments: [("certificate", "early"), ("certificate", "expired"), ("authority", "expired")])
    func aWrongClockMayGetRight(_ name: String, _ value: String) throws {
        try RegisteringNode.with([name: value]) { (node: RegisteringNode) throws -> Void in
            let trust: (inout NodeConfiguration) -> Void = {
                $0.engine.fingerprint = nil
                $0.engine.trust = .firstUse
            }
            for isClockRight in [true, false] {
                var pauses = 0
                var patient = PatientRegistration(try node.registration({ _ in }, trust), patience: 600) { _ in
                    pauses += 1
                    if pauses == 2 { try? node.engine.set([name: "good"]) }
                }
                patient.isClockRight = { isClockRight }
                var failure: Failure?
                do { try patient.run { _ in } } catch let problem as Failure { failure = problem }
                #expect(failure?.status == (isClockRight ? .signature : nil))
                #expect(pauses == (isClockRight ? 0 : 2))
            }
            #expect(node.state?.step == .requested)
        }
    }

    @Test(arguments: [("certificate", "foreign"), ("service", "no"), ("fault", "register:400")])
    func whatNeedsAPersonIsNotRepeated(_ name: String, _ value: String) throws {
        try RegisteringNode.with([name: value]) { (node: RegisteringNode) throws -> Void in
            let result = try run(node, patience: 600, isClockRight: false)
            #expect(result.failure != nil)
            #expect(result.pauses.isEmpty)
        }
    }
}
