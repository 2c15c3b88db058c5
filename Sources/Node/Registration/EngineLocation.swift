import Host
public import NodeConfig
import Transfer

/// Where an oVirt Engine is.
public struct EngineLocation: Hashable, Sendable, CustomStringConvertible {
    /// Host name or IP address.
    public let host: HostAddress
    /// Its HTTPS port.
    public let port: Int

    /// The engine of a configuration; nil when it names none.
    public init?(_ settings: EngineSettings) {
        guard let host = settings.address else { return nil }
        self.host = host
        port = settings.port ?? 443
    }

    /// `engine.example.org`, and its port when it is another than 443.
    public var description: String { Endpoint(host: host, port: port == 443 ? nil : port).description }

    /// The address of a service: every call names the port and is encrypted.
    ///
    /// - Parameters:
    ///   - path: what follows `/ovirt-engine/`
    ///   - query: names and values, which are percent-encoded here (RFC 3986, 2.1)
    func url(_ path: String, _ query: [(name: String, value: String)] = []) -> String {
        let server = Endpoint(host: host, port: port).description
        let words = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
        return "https://\(server)/ovirt-engine/\(path)" + (words.isEmpty ? "" : "?" + words)
    }

    /// Percent-encoded as part of a query or a form: everything but RFC 3986's unreserved characters.
    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    /// Sends a request; answers that nobody can do anything with become failures.
    ///
    /// - Throws: `.network` when the engine does not answer or has failed, `.busy` when it is starting or in maintenance,
    ///   `.signature` when it is not trusted, `.incompatible` when it redirects or sends far too much
    func send(_ request: WebClient.Request, with client: WebClient) throws -> WebClient.Response {
        let response: WebClient.Response
        do {
            response = try client.send(request)
        } catch let failure as Failure where failure.status == .network {
            throw Failure(
                .network, "the engine \(self) does not answer: \(PlainText.printable(failure.message))",
                hint: "check its address, its port, and the network of this node")
        } catch let failure as Failure where failure.status == .signature {
            throw Failure(
                .signature, "the engine \(self) is not trusted: \(PlainText.printable(failure.message))",
                hint: failure.hint
                    ?? "its certificate must come from the trusted authority, be valid now and have this name; is the clock right? Another authority: --ca FILE"
            )
        } catch let failure as Failure where failure.status == .incompatible {
            throw Failure(
                .incompatible, "the engine \(self) gives an answer that is none: \(failure.message)",
                hint: "is something between this node and the engine that answers in its place?")
        }
        switch response.status {
        case 300..<400:
            let target = response.redirect.map { PlainText.printable(redacted($0), limit: 200) } ?? "another address"
            throw Failure(
                .incompatible, "the engine \(self) redirects to \(target), which is not followed",
                hint: "name the engine itself, by the name and port under which it answers")
        case 502...504:
            throw Failure(
                .busy, "the engine \(self) is not ready: it answers with status \(response.status)",
                hint: "it is starting, or in maintenance mode; try again later")
        case 500...599:
            throw Failure(
                .network, "the engine \(self) has failed: it answers with status \(response.status)",
                hint: "its server.log says why")
        default: return response
        }
    }
}
