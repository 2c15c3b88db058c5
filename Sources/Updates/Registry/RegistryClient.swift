import Document
import Host
public import Transfer

/// Talks to a repository of an OCI registry (distribution specification 1.1): blobs by digest, manifests by tag.
public final class RegistryClient {
    /// Where it is.
    public let address: RegistryAddress
    private let exchange: WebExchange
    private let credentials: RegistryCredentials
    /// The value of the Authorization header that the server has asked for.
    private var authorization: String?

    /// - Parameter certificates: a file with the authorities that the server is checked with; nil for the system's own
    public init(
        _ address: RegistryAddress, credentials: RegistryCredentials = .anonymous, certificates: String? = nil
    ) throws {
        self.address = address
        self.credentials = credentials
        exchange = try WebExchange(certificates: certificates)
    }

    /// What lets others in, too, who read from this server: none before it has asked for it.
    public var authorizationHeaders: [String] { authorization.map { ["Authorization: " + $0] } ?? [] }

    /// A header of the last answer.
    public func header(_ name: String) -> String? { exchange.header(name) }

    /// Sends a request, again with credentials when the server asks for them.
    ///
    /// - Parameter action: what it is for: `pull`, `pull,push`
    /// - Returns: status and body
    /// - Throws: `.network`, and `.signature` when the server lets nobody in with these credentials
    @discardableResult
    public func send(
        _ request: WebExchange.Request, for action: String
    ) throws -> (status: Int, body: [UInt8]) {
        let content = Content()
        let status = try stream(request, for: action) { content.bytes += $0 }
        return (status, content.bytes)
    }

    /// `send`, with the body piece by piece; `accept` also gets the body of an answer that says what went wrong.
    public func stream(
        _ request: WebExchange.Request, for action: String,
        accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var status = try once(request, accept)
        if status == 401, try authorize(action) { status = try once(request, accept) }
        guard status != 401, status != 403 else {
            throw Failure(
                .signature, "the registry \(address.host) does not let you \(action) \(address.name)",
                hint: "log in first: \"podman login\" or \"docker login\" writes \(RegistryCredentials.usualFile)")
        }
        return status
    }

    private func once(
        _ request: WebExchange.Request, _ accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var request = request
        // Never to another server than the one that has asked for it.
        if let authorization, isSameServer(request.url) { request.headers.append("Authorization: \(authorization)") }
        return try exchange.send(request) { piece, status in if status != 401 { try accept(piece) } }
    }

    private func isSameServer(_ url: String) -> Bool {
        let server = address.base.dropLast("v2/\(address.name)/".count)
        return url.hasPrefix(server)
    }

    /// Follows `WWW-Authenticate`: the credentials themselves, or a token that is got with them (docker's token authentication).
    private func authorize(_ action: String) throws -> Bool {
        guard let challenge = exchange.header("www-authenticate") else { return false }
        if challenge.lowercased().hasPrefix("basic") {
            guard let basic = credentials.basic else { return false }
            authorization = "Basic \(basic)"
            return true
        }
        let fields = Self.fields(challenge)
        guard challenge.lowercased().hasPrefix("bearer"), let realm = fields["realm"],
            realm.hasPrefix("https://") || address.isLocal
        else { return false }
        var url = realm + (realm.contains("?") ? "&" : "?")
        url += "scope=" + PercentEncoding.component("repository:\(address.name):\(action)")
        if let service = fields["service"] { url += "&service=" + PercentEncoding.component(service) }
        let content = Content()
        let headers = credentials.basic.map { ["Authorization: Basic \($0)"] } ?? []
        let status = try exchange.send(.init("GET", url, headers: headers)) { piece, _ in content.bytes += piece }
        guard status == 200 else { return false }
        let answer = try JSON.parse(content.bytes, file: "the answer of \(redacted(realm))")
        guard let token = answer["token"]?.string ?? answer["access_token"]?.string else { return false }
        authorization = "Bearer \(token)"
        return true
    }

    /// `realm="…",service="…"`
    private static func fields(_ challenge: String) -> [String: String] {
        var fields: [String: String] = [:]
        var rest = challenge.drop { $0 != " " }
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].drop { $0 == " " || $0 == "," }.lowercased()
            rest = rest[rest.index(after: equals)...]
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { break }
            fields[name] = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        }
        return fields
    }

    private final class Content { var bytes: [UInt8] = [] }
}
