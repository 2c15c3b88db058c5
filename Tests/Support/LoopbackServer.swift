import Glibc
import Host
import Synchronization

/// A small HTTP/1.1 server on the loopback interface for tests of downloads: serves bytes by path, honours ranges, and misbehaves on demand.
public final class LoopbackServer: Sendable {
    /// What a path answers.
    public struct Response: Sendable {
        /// The whole content.
        public var body: [UInt8]
        /// 404 and 503 send no body.
        public var status = 200
        /// The connection is cut after so many bytes of body, once.
        public var cutAfter: Int?
        /// Whether `Range` is honoured.
        public var ranges = true

        /// A plain answer.
        public init(body: [UInt8], status: Int = 200, cutAfter: Int? = nil, ranges: Bool = true) {
            self.body = body
            self.status = status
            self.cutAfter = cutAfter
            self.ranges = ranges
        }
    }

    private struct State: Sendable {
        var responses: [String: Response] = [:]
        var requests: [String] = []
    }

    /// The port that the kernel chose.
    public let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// Starts to listen on 127.0.0.1.
    public init() throws {
        let socket = try LoopbackSocket(SOCK_STREAM)
        listener = socket.descriptor
        port = socket.port
        _ = try Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                _ = try? Thread { [self] in serve(connection) }
            }
        }
    }

    /// The address of a path.
    public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Sets what `path` answers from now on.
    public func respond(_ path: String, _ response: Response) { state.withLock { $0.responses[path] = response } }

    /// What `path` answers at present.
    public func response(_ path: String) -> Response? { state.withLock { $0.responses[path] } }

    /// Request lines with their `Range`, in order of arrival.
    public var requests: [String] { state.withLock { $0.requests } }

    /// Stops to listen.
    public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var request: [UInt8] = []
        var byte: UInt8 = 0
        while !request.suffix(4).elementsEqual([13, 10, 13, 10]), request.count < 16384, read(connection, &byte, 1) == 1
        {
            request.append(byte)
        }
        let lines = String(decoding: request, as: UTF8.self).split(separator: "\r\n")
        guard let target = lines.first?.split(separator: " ").dropFirst().first.map(String.init) else { return }
        let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
        let start = range.flatMap { Int($0.split(separator: "=")[1].prefix { $0 != "-" }) }
        let response = state.withLock { state -> Response? in
            state.requests.append(target + (start.map { " from \($0)" } ?? ""))
            let found = state.responses[target]
            state.responses[target]?.cutAfter = nil
            return found
        }
        guard let response, response.status == 200 else {
            send(
                connection,
                Array("HTTP/1.1 \(response?.status ?? 404) No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
            return
        }
        let offset = response.ranges ? min(start ?? 0, response.body.count) : 0
        let head =
            offset > 0 || (start != nil && response.ranges)
            ? "206 Partial Content\r\nContent-Range: bytes \(offset)-\(response.body.count - 1)/\(response.body.count)"
            : "200 OK"
        let body = response.body[offset...]
        send(connection, Array("HTTP/1.1 \(head)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8))
        send(connection, Array(body.prefix(response.cutAfter ?? body.count)))
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) {
        try? File.append(bytes, to: connection, named: "connection")
    }
}
