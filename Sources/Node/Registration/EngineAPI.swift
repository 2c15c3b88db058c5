import Document
import Host
import NodeConfig
import Transfer

/// The REST interface of an engine, version 4, as far as one host needs it.
final class EngineAPI {
    private let engine: EngineLocation
    private let settings: EngineSettings
    private let client: WebClient
    private var token: String

    /// Logs in.
    ///
    /// - Throws: `.invalidInput` when the engine refuses the credentials, or there are none
    init(_ engine: EngineLocation, _ settings: EngineSettings, client: WebClient) throws {
        self.engine = engine
        self.settings = settings
        self.client = client
        token = try settings.token?.revealed ?? EngineLogin(engine, settings, client: client).token()
    }

    /// Whether a configuration has what is needed to log in.
    static func hasCredentials(_ settings: EngineSettings) -> Bool {
        settings.token != nil || settings.user != nil && settings.password != nil
    }

    /// What an engine lists of a node.
    enum Match {
        case nothing
        case node(ListedHost)
        /// Another machine that has its name or address.
        case namesake(ListedHost)
    }

    /// Looks for a node.
    func find(_ node: NodeDescription) throws -> Match {
        // Searching is by pattern and without case; only an equal one is meant. The address comes first: an engine changes the
        // name of a host when it has one of that name.
        let here = try search("address", node.address).filter { $0.address == node.address }
        // Any machine can have that name, or may have had that address; the key of its SSH server is its own.
        func hasKey(_ host: ListedHost) -> Bool? {
            node.sshFingerprints.isEmpty ? nil : host.fingerprint.map(node.sshFingerprints.contains)
        }
        if let found = here.first(where: { hasKey($0) ?? true }) { return .node(found) }
        let named = try search("name", node.name).filter { $0.name == node.name }
        if let found = named.first(where: { hasKey($0) ?? false }) { return .node(found) }
        return (here + named).first.map { .namesake($0) } ?? .nothing
    }

    private func search(_ key: String, _ value: String) throws -> [ListedHost] {
        // Nothing leaves the quotes.
        let quoted = "\"\(value.filter { $0 != "\"" && $0 != "\\" })\""
        let answer = try call("hosts", [("search", "\(key)=\(quoted)")])
        return (answer["host"]?.sequence ?? []).compactMap { ListedHost($0) }
    }

    /// The host with this id.
    func host(_ id: String) throws -> ListedHost {
        guard let host = ListedHost(try call("hosts/\(EngineLocation.encoded(id))")) else { throw notUnderstood }
        return host
    }

    /// Approves a host that waits for it.
    func approve(_ host: ListedHost, cluster: String?) throws {
        var action: JSONValue = [:]
        if let cluster { action = ["cluster": ["name": .string(cluster)]] }
        _ = try call("hosts/\(EngineLocation.encoded(host.id))/approve", body: action)
    }

    /// Adds a host; the engine then logs in with its key and installs its agent.
    func add(_ node: NodeDescription, cluster: String?) throws -> ListedHost {
        let ssh: [String: JSONValue?] = [
            "authentication_method": "publickey", "port": .integer(node.sshPort),
            "fingerprint": node.sshFingerprint.map { .string($0) }, "user": ["user_name": "root"],
        ]
        var host: [String: JSONValue] = [
            "name": .string(node.name), "address": .string(node.address),
            "ssh": .object(ssh.compactMapValues { $0 }),
        ]
        if let cluster { host["cluster"] = ["name": .string(cluster)] }
        guard let added = ListedHost(try call("hosts", [("activate", "true")], body: .object(host))) else {
            throw notUnderstood
        }
        return added
    }

    private func call(
        _ path: String, _ query: [(name: String, value: String)] = [], body: JSONValue? = nil
    ) throws -> Document.Node {
        var response = try send(path, query, body)
        if response.status == 401, settings.token == nil {
            // Installing takes longer than some tokens last.
            token = try EngineLogin(engine, settings, client: client).token()
            response = try send(path, query, body)
        }
        guard response.status != 401 else {
            throw Failure(
                .invalidInput, "the engine \(engine) does not accept the token",
                hint: "it may have expired: get a new one, or give user and password")
        }
        let answer = response.type == "application/json" ? try? JSON.parse(response.body, file: "the answer") : nil
        if (200..<300).contains(response.status) {
            guard let answer else { throw notUnderstood }
            return answer
        }
        let fault = answer?["fault"] ?? answer
        let words = [fault?["reason"]?.string, fault?["detail"]?.string].compactMap {
            $0.map { settings.shown($0, without: token) }
        }
        throw Failure(
            response.status == 404 && answer == nil ? .incompatible : .invalidInput,
            "the REST interface of the engine \(engine) refuses (status \(response.status)): "
                + (words.isEmpty ? "it does not say why" : words.joined(separator: ": ")))
    }

    private func send(
        _ path: String, _ query: [(name: String, value: String)], _ body: JSONValue?
    ) throws -> WebClient.Response {
        var headers = ["Authorization: Bearer \(token)", "Accept: application/json", "Version: 4"]
        if body != nil { headers.append("Content-Type: application/json") }
        let bytes = body.map { JSON.bytes($0) }
        return try engine.send(
            WebClient.Request(engine.url("api/\(path)", query), headers: headers, body: bytes, limit: 4 << 20),
            with: client)
    }

    private var notUnderstood: Failure {
        Failure(
            .incompatible, "the REST interface of the engine \(engine) gives an answer that is none",
            hint: "is something between this node and the engine that answers in its place?")
    }
}
