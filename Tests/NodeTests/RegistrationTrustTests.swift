import Document
import Host
import NodeConfig
import TestSupport
import Testing
import Transfer

@testable import Node

/// An engine that is not the one that is meant gets nothing, and leaves nothing on the node.
@Suite struct RegistrationTrustTests {
    /// One thing that is wrong, and what is said about it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let switches: [(String, String)]
        let status: Host.ExitStatus
        /// The beginning of the message; the rest, if any, is libcurl's.
        let message: String
        var isWhole = true
        var testDescription: String { switches.map { "\($0)=\($1)" }.joined(separator: " ") }

        init(_ switches: [(String, String)], _ status: Host.ExitStatus, _ message: String, isWhole: Bool = true) {
            (self.switches, self.status, self.message, self.isWhole) = (switches, status, message, isWhole)
        }
    }

    static let faults: [Fault] =
        [
            // Certificates.
            .init(
                [("certificate", "expired")], .signature,
                "the engine ENGINE is not trusted: its certificate, or that of its authority, is not valid any more"),
            .init(
                [("certificate", "early")], .signature,
                "the engine ENGINE is not trusted: its certificate, or that of its authority, is not valid yet"),
            .init(
                [("certificate", "foreign")], .signature,
                "the engine ENGINE is not trusted: its certificate does not come from the trusted authority"),
            .init(
                [("certificate", "wrong-name")], .signature,
                "the engine ENGINE is not trusted: its certificate is for another name"),
            .init(
                [("then", "foreign")], .signature,
                "the engine ENGINE is not trusted: its certificate does not come from the trusted authority"),
            .init(
                [("authority", "two")], .signature, "the engine ENGINE sends 2 certificates instead of one authority"),
            .init(
                [("authority", "leaf")], .signature,
                "what the engine ENGINE sends as its authority may not sign certificates: CN=engine"),
            .init(
                [("authority", "expired")], .signature, "the authority of the engine ENGINE is not valid any more"),
            .init(
                [("fault", "get-pki-trust:html")], .signature,
                "what the engine ENGINE sends as its certificate authority is not a certificate in PEM form"),
            .init(
                [("fault", "get-pki-trust:empty")], .signature,
                "what the engine ENGINE sends as its certificate authority is not a certificate in PEM form"),
            // Bodies.
            .init(
                [("fault", "get-pki-trust:endless")], .incompatible,
                "the engine ENGINE gives an answer that is none: the server sends more than the 65536 bytes that are allowed"
            ),
            .init(
                [("fault", "get-pki-trust:huge")], .incompatible,
                "the engine ENGINE gives an answer that is none: the server sends more than the 65536 bytes that are allowed"
            ),
            .init(
                [("fault", "get-version:huge")], .incompatible,
                "the engine ENGINE gives an answer that is none: the server sends more than the 4096 bytes that are allowed"
            ),
            // Another program, or no program at all, at the other end.
            .init(
                [("fault", "get-pki-trust:redirect")], .incompatible,
                "the engine ENGINE redirects to https://other.example.org/ovirt-engine/services/host-register, which is not followed"
            ),
            .init(
                [("fault", "get-pki-trust:redirect-plain")], .incompatible,
                "the engine ENGINE redirects to http://other.example.org/ovirt-engine/services/host-register, which is not followed"
            ),
            .init(
                [("fault", "get-version:redirect")], .incompatible,
                "the engine ENGINE redirects to https://other.example.org/ovirt-engine/services/host-register, which is not followed"
            ),
            .init(
                [("fault", "get-version:html")], .incompatible,
                "the engine ENGINE does not speak version 1 of host registration: it answers with status 200"),
            .init(
                [("fault", "get-version:400")], .incompatible,
                "the engine ENGINE does not speak version 1 of host registration: it answers with status 400"),
            .init([("service", "no")], .incompatible, "the engine ENGINE has no service for the registration of hosts"),
            .init(
                [("fault", "get-pki-trust:400")], .incompatible,
                "the engine ENGINE does not give its certificate authority: it answers with status 400"),
            .init(
                [("fault", "get-pki-trust:404,pki-resource:404")], .incompatible,
                "the engine ENGINE does not give its certificate authority: it answers with status 404"),
            .init(
                [("fault", "get-pki-trust:404,pki-resource:html")], .signature,
                "what the engine ENGINE sends as its certificate authority is not a certificate in PEM form"),
            .init(
                [("fault", "get-ssh-trust:400")], .incompatible,
                "the engine ENGINE does not give its SSH key: it answers with status 400"),
            // Weather.
            .init(
                [("fault", "get-version:503")], .busy, "the engine ENGINE is not ready: it answers with status 503"),
            .init(
                [("fault", "get-ssh-trust:500")], .network, "the engine ENGINE has failed: it answers with status 500"),
            .init([("fault", "get-pki-trust:reset")], .network, "the engine ENGINE does not answer: ", isWhole: false),
            .init([("fault", "get-ssh-trust:reset")], .network, "the engine ENGINE does not answer: ", isWhole: false),
            .init([("fault", "get-pki-trust:cut")], .network, "the engine ENGINE does not answer: ", isWhole: false),
            .init(
                [("fault", "get-pki-trust:slow")], .network, "the engine ENGINE does not answer: Operation timed out",
                isWhole: false),
            .init(
                [("fault", "get-version:silent")], .network, "the engine ENGINE does not answer: Operation timed out",
                isWhole: false),
        ] + hostileKeys

    /// What would let somebody else in, or could be written into a terminal.
    static let hostileKeys: [Fault] = [
        "options", "two-lines", "control", "comment-control", "dsa", "private", "empty",
    ].map {
        .init(
            [("ssh-key", $0)], .signature,
            "what the engine ENGINE sends as its SSH key is not one public key without options")
    }

    @Test(arguments: faults) func nothingIsLeft(_ fault: Fault) throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            for (name, value) in fault.switches { try node.engine.set([name: value]) }
            // The fingerprint is that of what is shown, so that the check under test is the one that refuses.
            let shown = fault.switches.first?.0 == "authority"
            let outcome = try node.register({ $0.timeout = 2 }) {
                if shown {
                    $0.engine.fingerprint = nil
                    $0.engine.trust = .firstUse
                }
            }
            #expect(outcome.failure?.status == fault.status, "\(outcome)")
            let message = outcome.message ?? ""
            #expect(fault.isWhole ? message == fault.message : message.hasPrefix(fault.message), "\(message)")
            #expect(outcome.failure?.hint != nil)
            // Whoever sends nonsense is no engine; that is another thing than one that is not trusted.
            #expect((node.state?.problem == .noService) == (fault.status == .incompatible))
            #expect(node.traces.isEmpty, "\(node.traces)")
            #expect(try node.engine.registrations().isEmpty)
            // The reason is there for whoever asks later.
            #expect(node.state?.step == .unregistered)
            #expect(node.anonymous(node.state?.message ?? "") == message)
            let problems: [Host.ExitStatus: RegistrationState.Problem] = [
                .network: .engineDown, .busy: .engineBusy, .signature: .untrusted, .incompatible: .noService,
            ]
            #expect(node.state?.problem == problems[fault.status])
        }
    }

    @Test func nobodyListens() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register({ _ in }) { $0.engine.port = 1 }
            #expect(outcome.failure?.status == .network)
            #expect(
                outcome.failure?.message.hasPrefix(
                    "the engine 127.0.0.1:1 does not answer: Failed to connect to 127.0.0.1 port 1") == true,
                "\(outcome)")
            #expect(node.traces.isEmpty)
        }
    }

    @Test func aWrongFingerprintIsRefused() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let wrong = try #require(CertificateFingerprint(node.engine.otherSHA256))
            let outcome = try node.register({ _ in }) { $0.engine.fingerprint = wrong }
            #expect(outcome.failure?.status == .signature)
            #expect(
                outcome.message
                    == "the authority of the engine ENGINE has the SHA-256 fingerprint \(node.engine.sha256), not \(wrong)"
            )
            #expect(node.traces.isEmpty)
            let short = try #require(CertificateFingerprint(String(repeating: "AB:", count: 19) + "AB"))
            #expect(
                try node.register({ _ in }) { $0.engine.fingerprint = short }.message
                    == "the authority of the engine ENGINE has the SHA-1 fingerprint \(node.engine.sha1), not \(short)")
            #expect(node.traces.isEmpty)
            #expect(node.state?.problem == .untrusted)
            #expect(try node.engine.registrations().isEmpty)
        }
    }

    /// SHA-256 or SHA-1, with or without colons, in any case.
    @Test func fingerprintsAsPeopleWriteThem() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            for (number, long) in [node.engine.sha256, node.engine.sha1].enumerated() {
                for text in [
                    long, long.lowercased(), long.filter { $0 != ":" }, long.lowercased().filter { $0 != ":" },
                ] {
                    let outcome = try node.register({ $0.again = true }) {
                        $0.engine.fingerprint = CertificateFingerprint(text)
                    }
                    #expect(outcome.state?.step == .requested, "\(number): \(outcome)")
                }
            }
        }
    }

    @Test func withoutAnythingToTrustNobodyIsAsked() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let outcome = try node.register({ _ in }) { $0.engine.fingerprint = nil }
            #expect(outcome.failure?.status == .invalidInput)
            #expect(outcome.message == "nothing says on what the engine ENGINE is to be trusted")
            #expect(outcome.failure?.hint?.contains(node.engine.sha256) == true)
            #expect(node.state?.problem == .notConfigured)
            #expect(node.traces.isEmpty)
        }
    }

    @Test func aPersonIsAskedOnce() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let refused = try node.register({ $0.ask = { _ in false } }) { $0.engine.fingerprint = nil }
            #expect(refused.failure?.status == .signature)
            #expect(refused.message == "the engine ENGINE is not trusted; nothing was stored")
            #expect(node.traces.isEmpty)
            var shown: [String] = []
            let accepted = try node.register({
                $0.ask = {
                    shown.append($0.sha256)
                    return true
                }
            }) { $0.engine.fingerprint = nil }
            #expect(accepted.state?.step == .requested)
            #expect(shown == [node.engine.sha256])
            // Then it is known.
            let again = try node.register({
                $0.again = true
                $0.ask = { _ in
                    Issue.record("asked again")
                    return false
                }
            }) { $0.engine.fingerprint = nil }
            #expect(again.state?.step == .requested, "\(again)")
        }
    }

    @Test func anAuthorityThatIsGivenCounts() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let right = try node.register({ _ in }) {
                $0.engine.fingerprint = nil
                $0.engine.certificateAuthority = node.engine.authority
            }
            #expect(right.state?.step == .requested, "\(right)")
            // Nobody had to ask the engine for it.
            #expect(try !node.engine.requests().contains { $0["query"]?["command"]?.string == "get-pki-trust" })
        }
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let wrong = try node.register({ _ in }) {
                $0.engine.fingerprint = nil
                $0.engine.certificateAuthority = node.engine.otherAuthority
            }
            #expect(wrong.failure?.status == .signature)
            #expect(
                wrong.message
                    == "the engine ENGINE is not trusted: its certificate does not come from the trusted authority")
            #expect(node.traces.isEmpty)
            let both = try node.register({ _ in }) { $0.engine.certificateAuthority = node.engine.otherAuthority }
            #expect(both.failure?.status == .invalidInput)
            #expect(
                both.message == "engine.certificate-authority does not have the fingerprint in engine.fingerprint")
        }
    }

    @Test func aChangedAuthorityIsRefusedUntilSomebodySaysSo() throws {
        try RegisteringNode.with { (node: RegisteringNode) throws -> Void in
            let first: (inout NodeConfiguration) -> Void = {
                $0.engine.fingerprint = nil
                $0.engine.trust = .firstUse
            }
            #expect(try node.register({ _ in }, first).state?.step == .requested)
            let authority = node.content("run/nodewright/state/engine/ca.pem")
            try node.engine.set(["authority": "other", "certificate": "foreign"])
            let changed = try node.register({ $0.again = true }, first)
            #expect(changed.failure?.status == .signature)
            #expect(
                changed.message
                    == "the authority of the engine ENGINE has changed: its fingerprint was \(node.engine.sha256) and is \(node.engine.otherSHA256)"
            )
            #expect(node.content("run/nodewright/state/engine/ca.pem") == authority)
            #expect(node.state?.problem == .untrusted)
            // It was registered before, and that is still so.
            #expect(node.state?.step == .requested)
            let said = try node.register({ _ in }) {
                $0.engine.fingerprint = CertificateFingerprint(node.engine.otherSHA256)
            }
            #expect(said.state?.step == .requested, "\(said)")
            #expect(node.content("run/nodewright/state/engine/ca.pem") != authority)
        }
    }
}
