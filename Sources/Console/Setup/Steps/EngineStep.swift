import Host
import Node
import NodeConfig

/// The engine that manages the node.
struct EngineStep: SetupStep {
    let name = "engine"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        let engine = draft.configuration.engine
        var page = Page(name, "oVirt Engine")
        var address = Field.text("address", "Engine", Self.words(engine), limit: 300)
            .hinting("name or address, with :port; empty for none")
            .checked { text in
                if text.isEmpty { return nil }
                return Endpoint(text) == nil ? "\"\(text)\" is neither a name nor an address of an engine" : nil
            }
        address.origin = draft.origin(of: "engine")
        page.fields = [address]
        page.text = [
            "The node asks this engine to become one of its hosts; there, somebody approves it. The engine is asked now for its "
                + "authority, which you compare on the next page."
        ]
        page.help = [
            "The name under which the engine's certificate knows it. Other things about it (cluster, credentials, adding over "
                + "REST) are in the node configuration: engine."
        ]
        return page
    }

    private static func words(_ engine: EngineSettings) -> String {
        guard let address = engine.address else { return "" }
        return engine.port.map { "\(address):\($0)" } ?? "\(address)"
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        let text = answer["address"]
        draft.authority = nil
        guard !text.isEmpty else {
            draft.configuration.engine = EngineSettings()
            return .next
        }
        guard let endpoint = Endpoint(text) else {
            return .refuse(Complaint("\"\(text)\" is neither a name nor an address of an engine", field: "address"))
        }
        var engine = draft.configuration.engine
        if engine.address != endpoint.host || (engine.port ?? 443) != (endpoint.port ?? 443) {
            // Another engine: nothing that was meant for the other one goes to it.
            engine = EngineSettings()
        }
        engine.address = endpoint.host
        engine.port = endpoint.port
        draft.configuration.engine = engine
        let offered = try context.work("Asking the engine") { _ in try context.machine.authority(of: engine) }
        draft.authority = (text, offered)
        return .next
    }
}

/// Lets somebody compare the fingerprint of the engine's authority.
struct FingerprintStep: SetupStep {
    let name = "fingerprint"
    // The engine is asked anew.
    let resumption = "engine"

    func page(_ draft: SetupDraft, _ machine: any SetupMachine) -> Page? {
        guard let (engine, offered) = draft.authority else { return nil }
        var page = Page(name, "Is this the engine?", actions: [Page.Action("trust", "It is the right one"), .back])
        page.text = [
            "The engine \(engine) shows this authority. Compare the fingerprint with what the engine's administrators say."
        ]
        page.listing = [offered.subject, "SHA-256"] + Self.halves(offered.sha256) + ["SHA-1", "  " + offered.sha1]
        var given = Field.text(
            "fingerprint", "Or enter it", draft.configuration.engine.fingerprint?.description ?? "", limit: 128
        ).hinting("to have it compared")
        given.origin = draft.origin(of: "engine.fingerprint")
        page.fields = [given]
        page.help = [
            "On the engine: openssl x509 -in /etc/pki/ovirt-engine/ca.pem -noout -fingerprint -sha256. Whoever can come between "
                + "this node and its engine could otherwise take its place."
        ]
        return page
    }

    private static func halves(_ text: String) -> [String] {
        let half = text.index(text.startIndex, offsetBy: text.count / 2)
        return ["  " + text[..<half], "  " + text[half...]]
    }

    func take(_ answer: PageAnswer, _ draft: inout SetupDraft, _ context: SetupContext) throws -> SetupMove {
        guard let (_, offered) = draft.authority else { return .next }
        let text = answer["fingerprint"]
        if !text.isEmpty {
            guard let given = CertificateFingerprint(text) else {
                return .refuse(Complaint("this is no SHA-256 or SHA-1 fingerprint", field: "fingerprint"))
            }
            guard given == CertificateFingerprint(offered.sha256) || given == CertificateFingerprint(offered.sha1)
            else {
                return .refuse(
                    Complaint(
                        "the engine shows another authority than this fingerprint names: it is not trusted",
                        field: "fingerprint"))
            }
        }
        draft.configuration.engine.fingerprint = CertificateFingerprint(offered.sha256)
        draft.configuration.engine.trust = nil
        return .next
    }
}
