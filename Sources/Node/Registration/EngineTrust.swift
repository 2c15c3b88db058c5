import Host
import NodeConfig
import Transfer

/// Decides whether an engine is the right one, before anything is stored or sent.
struct EngineTrust {
    /// The authority of an engine, and how it came to be trusted.
    struct Authority {
        /// PEM text.
        let pem: String
        /// Its SHA-256 fingerprint.
        let fingerprint: String
        /// Whether it is trusted from now on, and not since earlier.
        let isNew: Bool
    }

    let engine: EngineLocation
    let settings: EngineSettings
    let store: RegistrationStore
    /// Seconds that one request may take.
    let timeout: Int
    /// Asks a person; nil when nobody is there.
    var ask: ((OfferedAuthority) throws -> Bool)?

    /// The authority that vouches for the engine from now on.
    ///
    /// - Throws: `.signature` when the engine shows another authority than it should, `.invalidInput` when nothing says what
    ///   it should be
    func establish() throws -> Authority {
        if let pem = settings.certificateAuthority {
            let given = try Certificate.all(pem: Array(pem.utf8), name: "engine.certificate-authority")
            if let wanted = settings.fingerprint, !given.contains(where: { wanted.matches($0) }) {
                throw ClassifiedFailure(
                    .notConfigured,
                    Failure(
                        .invalidInput,
                        "engine.certificate-authority does not have the fingerprint in engine.fingerprint",
                        hint: "give the right one of the two alone"))
            }
            return authority(pem, given, isNew: store.authority(of: engine)?.hasSuffix(pem) != true)
        }
        if let stored = settled { return stored }
        let offered = try HostRegisterService(
            engine: engine, client: WebClient(.unchecked, timeout: timeout)
        ).authority()
        try requireUsable(offered)
        if let wanted = settings.fingerprint {
            guard wanted.matches(offered) else {
                throw Failure(
                    .signature,
                    "the authority of the engine \(engine) has the \(wanted.algorithm) fingerprint \(wanted.same(offered)), not \(wanted)",
                    hint: "compare it with the engine's own certificate; nothing was stored")
            }
        } else if let ask {
            guard try ask(OfferedAuthority(offered)) else {
                throw Failure(.signature, "the engine \(engine) is not trusted; nothing was stored")
            }
        } else if settings.trust != .firstUse {
            throw ClassifiedFailure(
                .notConfigured,
                Failure(
                    .invalidInput, "nothing says on what the engine \(engine) is to be trusted",
                    hint:
                        "set engine.fingerprint (the engine shows \(offered.fingerprint(.sha256).pairs); compare it there), engine.certificate-authority, or engine.trust: first-use"
                ))
        }
        return authority(offered.pem, [offered], isNew: true)
    }

    /// The stored authority, unless something else is asked for now: another fingerprint is somebody's new decision, and the
    /// engine must prove to be that one.
    var settled: Authority? {
        guard let pem = store.authority(of: engine),
            let certificates = try? Certificate.all(pem: Array(pem.utf8), name: "the stored authority")
        else { return nil }
        if let wanted = settings.fingerprint, !certificates.contains(where: { wanted.matches($0) }) { return nil }
        if let given = settings.certificateAuthority, !pem.hasSuffix(given) { return nil }
        return authority(pem, certificates, isNew: false)
    }

    /// Explains why a trusted authority does not vouch for the engine any more.
    func explain(_ failure: Failure) -> Failure {
        guard failure.status == .signature, let stored = store.authority(of: engine),
            let old = try? Certificate.all(pem: Array(stored.utf8), name: "the stored authority").first,
            let client = try? WebClient(.unchecked, timeout: timeout),
            let new = try? HostRegisterService(engine: engine, client: client).authority(), new != old
        else { return failure }
        return Failure(
            .signature,
            "the authority of the engine \(engine) has changed: its fingerprint was \(old.fingerprint(.sha256).pairs) and is \(new.fingerprint(.sha256).pairs)",
            hint: "if that is right, give the new one: nodectl register \(engine) --fingerprint FINGERPRINT",
            details: [failure.message])
    }

    private func authority(_ pem: String, _ certificates: [Certificate], isNew: Bool) -> Authority {
        Authority(pem: pem, fingerprint: certificates.first?.fingerprint(.sha256).pairs ?? "", isNew: isNew)
    }

    private func requireUsable(_ certificate: Certificate) throws {
        guard certificate.isAuthority else {
            throw Failure(
                .signature,
                "what the engine \(engine) sends as its authority may not sign certificates: \(PlainText.printable(certificate.subject))",
                hint: "give the right one: --ca FILE, or engine.certificate-authority")
        }
        let now = wallClockSeconds()
        guard certificate.validity.contains(now) else {
            let isOver = certificate.validity.upperBound < now
            throw Failure(
                .signature,
                "the authority of the engine \(engine) is \(isOver ? "not valid any more" : "not valid yet")",
                hint: "is the clock of this node right? It says \(now) seconds since 1970")
        }
    }
}

extension CertificateFingerprint {
    private var hash: HashAlgorithm { bytes.count == 32 ? .sha256 : .sha1 }

    /// Whether it is the fingerprint of a certificate.
    func matches(_ certificate: Certificate) -> Bool { same(certificate) == description }

    /// The fingerprint of a certificate, made in the same way.
    func same(_ certificate: Certificate) -> String { certificate.fingerprint(hash).pairs }
}

extension Checksum {
    /// Upper-case pairs with colons: `33:2B:…`
    public var pairs: String {
        let digits = Array(hex.uppercased())
        return stride(from: 0, to: digits.count, by: 2).map { String(digits[$0..<$0 + 2]) }.joined(separator: ":")
    }
}
