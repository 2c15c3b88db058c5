import Host
import NodeConfig
import Transfer

/// The engine's service for machines that want to become its hosts: `host-register`, version 1 (oVirt Engine 3.4 and later).
struct HostRegisterService {
    let engine: EngineLocation
    let client: WebClient

    /// Asks which version of the service there is.
    ///
    /// - Throws: `.incompatible` when there is none, or only others
    func requireVersion() throws {
        let response = try get("get-version", limit: 4096)
        guard let response else {
            throw Failure(
                .incompatible, "the engine \(engine) has no service for the registration of hosts",
                hint: "is it an oVirt Engine? One without the service can be told over REST: engine.mode: add")
        }
        let text = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200, text == "1" || text == "1\n" else {
            throw Failure(
                .incompatible,
                "the engine \(engine) does not speak version 1 of host registration: it answers with status \(response.status)",
                hint: "is it an oVirt Engine, and is the port right?")
        }
    }

    /// The certificate of the engine's authority.
    func authority() throws -> Certificate {
        let response =
            try get("get-pki-trust", limit: 65536)
            ?? resource("ca-certificate", "X509-PEM-CA", limit: 65536)
        guard response.status == 200 else { throw refused("its certificate authority", response) }
        let found = try Certificate.all(
            pem: response.body, name: "what the engine \(engine) sends as its certificate authority")
        guard let first = found.first, found.count == 1 else {
            throw Failure(
                .signature, "the engine \(engine) sends \(found.count) certificates instead of one authority",
                hint: "give the right one: --ca FILE, or engine.certificate-authority")
        }
        return first
    }

    /// The key with which the engine logs in.
    func sshKey() throws -> SSHPublicKey {
        let response =
            try get("get-ssh-trust", limit: 65536)
            ?? resource("engine-certificate", "OPENSSH-PUBKEY", limit: 65536)
        guard response.status == 200 else { throw refused("its SSH key", response) }
        var line = String(decoding: response.body, as: UTF8.self)[...]
        // Some versions end the line, others do not.
        if line.last?.isNewline == true { line = line.dropLast() }
        guard let key = SSHPublicKey(String(line)) else {
            throw Failure(
                .signature, "what the engine \(engine) sends as its SSH key is not one public key without options",
                hint: "nothing was stored; compare it with the engine's own files")
        }
        return key
    }

    /// Makes this node known. An engine that knows it already answers the same, and changes nothing.
    ///
    /// - Throws: `.invalidInput` when the engine refuses; why, it says only in its own log
    func register(_ node: NodeDescription) throws {
        var query = [
            ("version", "1"), ("command", "register"), ("uniqueId", node.uniqueID.text), ("name", node.name),
            ("address", node.address), ("sshPort", "\(node.sshPort)"), ("sshUser", "root"),
        ]
        if let fingerprint = node.sshFingerprint { query.append(("sshKeyFingerprint", fingerprint)) }
        // What other clients send as "port" no server reads; old ones may.
        query += [("vdsPort", "54321"), ("port", "54321")]
        let response = try engine.send(WebClient.Request(engine.url("services/host-register", query)), with: client)
        guard response.status == 200 else {
            throw Failure(
                .invalidInput, "the engine \(engine) refuses this node: it answers with status \(response.status)",
                hint: "its engine.log says why: name, address or unique id may be in use")
        }
        guard String(decoding: response.body, as: UTF8.self).hasPrefix("OK") else {
            throw Failure(
                .incompatible, "the engine \(engine) gives an answer to the registration that is none",
                hint: "is something between this node and the engine that answers in its place?")
        }
    }

    /// One command; nil when the engine does not have the service.
    private func get(_ command: String, limit: Int) throws -> WebClient.Response? {
        let url = engine.url("services/host-register", [("version", "1"), ("command", command)])
        let response = try engine.send(WebClient.Request(url, limit: limit), with: client)
        return response.status == 404 ? nil : response
    }

    /// What engines without the service have instead.
    private func resource(_ name: String, _ format: String, limit: Int) throws -> WebClient.Response {
        let url = engine.url("services/pki-resource", [("resource", name), ("format", format)])
        return try engine.send(WebClient.Request(url, limit: limit), with: client)
    }

    private func refused(_ what: String, _ response: WebClient.Response) -> Failure {
        Failure(
            .incompatible, "the engine \(engine) does not give \(what): it answers with status \(response.status)",
            hint: "is it an oVirt Engine, and is the port right?")
    }
}
