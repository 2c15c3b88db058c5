public import Document
import Glibc
import Host
import Transfer

/// An oVirt Engine on the loopback interface that behaves, or misbehaves, as its switches say: `Tests/Oracle/engine.py`.
///
/// One process serves all tests; each has its own engine with its own port and hosts.
public final class TestEngine: Sendable {
    /// Its port on 127.0.0.1, which is 10.0.2.2 to a guest of QEMU.
    public let port: Int
    /// The fingerprint of its authority.
    public let sha256: String
    /// The other fingerprint of its authority.
    public let sha1: String
    /// The fingerprint of the authority that it has with `authority=other`.
    public let otherSHA256: String
    /// The certificate of its authority.
    public let authority: String
    /// The certificate of the other authority.
    public let otherAuthority: String
    /// The line of `authorized_keys` with which it logs in.
    public let sshKey: String
    /// The private half of that key.
    public let privateKey: String

    private static let service = Result<String, any Error> { try start() }

    /// Starts an engine with these switches.
    public init(_ switches: KeyValuePairs<String, String> = [:]) throws {
        let node = try Self.ask("new", switches)
        func text(_ key: String) throws -> String {
            guard let text = node[key]?.string else { throw Failure(.internalError, "the engine says no \(key)") }
            return text
        }
        port = node["port"]?.integer ?? 0
        sha256 = try text("sha256")
        sha1 = try text("sha1")
        otherSHA256 = try text("other-sha256")
        authority = try text("authority")
        otherAuthority = try text("other-authority")
        sshKey = try text("ssh-key")
        privateKey = try text("ssh-private-key")
    }

    deinit { _ = try? Self.ask("\(port)/end") }

    /// Changes switches.
    public func set(_ switches: KeyValuePairs<String, String>) throws { _ = try Self.ask("\(port)/set", switches) }

    /// Every request so far.
    public func requests() throws -> [Node] { try Self.ask("\(port)/requests").sequence ?? [] }

    /// The registrations that arrived: their parameters.
    public func registrations() throws -> [Node] {
        try requests().compactMap { $0["query"] }.filter { $0["command"]?.string == "register" }
    }

    /// The hosts that it has.
    public func hosts() throws -> [Node] { try Self.ask("\(port)/hosts").sequence ?? [] }

    /// Approves a host over REST, as an administrator's program does.
    public func approve(_ name: String) throws {
        let client = try WebClient(.authorities(authority))
        let base = "https://127.0.0.1:\(port)/ovirt-engine"
        func send(_ path: String, _ headers: [String], _ body: String?) throws -> Node {
            let request = WebClient.Request(
                "\(base)/\(path)", headers: ["Accept: application/json"] + headers, body: body.map { Array($0.utf8) })
            let answer = try client.send(request)
            guard answer.status == 200 else {
                throw Failure(.internalError, "the engine answers \(path) with \(answer.status)")
            }
            return try JSON.parse(answer.body, file: path)
        }
        let login = try send(
            "sso/oauth/token", ["Content-Type: application/x-www-form-urlencoded"],
            "grant_type=password&scope=ovirt-app-api&username=admin%40internal&password=secret")
        let bearer = "Authorization: Bearer \(login["access_token"]?.string ?? "")"
        let hosts = try send("api/hosts?search=name%3D\(Self.encoded(name))", [bearer], nil)["host"]?.sequence ?? []
        guard let id = hosts.first?["id"]?.string else {
            throw Failure(.internalError, "the engine does not list \(name)")
        }
        _ = try send("api/hosts/\(id)/approve", [bearer, "Content-Type: application/json"], "{}")
    }

    private static func ask(_ path: String, _ switches: KeyValuePairs<String, String> = [:]) throws -> Node {
        let words = switches.map { "\($0.key)=\(encoded($0.value))" }.joined(separator: "&")
        let url = "\(try service.get())/\(path)" + (words.isEmpty ? "" : "?" + words)
        return try JSON.parse(try Downloader().bytes(url), file: url)
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    /// The address of the control service.
    private static func start() throws -> String {
        let script = Path.normalized(Path.join(Path.parent(#filePath), "../Oracle/engine.py"))
        guard let python = Environment.program("python3") else {
            throw Failure(.internalError, "python3 is not installed")
        }
        return try Folder.withTemporary(prefix: "nodewright-engine") { folder in
            let ready = Path.join(folder, "control")
            // It ends with the thread that starts it, so that one stays for as long as the tests run.
            _ = try Thread {
                let null = open("/dev/null", O_RDWR)
                guard null >= 0,
                    let program = try? BoundProgram(
                        python, arguments: ["python3", script, folder], environment: ["PATH=/usr/bin:/bin"],
                        descriptors: [null, null, 2])
                else { return }
                _ = program.wait()
            }
            let deadline = monotonicSeconds() + 60
            while !File.exists(ready) {
                guard monotonicSeconds() < deadline else {
                    throw Failure(.internalError, "the test engine does not start: python3 \(script) FOLDER")
                }
                usleep(20_000)
            }
            return "http://127.0.0.1:\(try File.readText(ready))"
        }
    }
}
