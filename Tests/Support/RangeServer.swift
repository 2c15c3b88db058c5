import Glibc
import Host
import Synchronization

/// A web server on the loopback interface that knows ranges, several of them too, and keeps connections open; tests say
/// what it answers, so that it can also lie.
public final class RangeServer: Sendable {
    /// What a client asks for.
    public struct Request: Sendable {
        /// The path, or the whole address when the server is asked as a proxy.
        public let target: String
        /// The fields by their names in lower case.
        public let fields: [String: String]
        /// First and last byte of each range; empty without `Range`.
        public let ranges: [ClosedRange<Int>]
        /// 0 for the first request to this server.
        public let number: Int
    }

    /// What is sent back.
    public struct Answer: Sendable {
        /// Status line, fields and body, as they go over the wire.
        public var bytes: [UInt8]
        /// What follows on a connection that stays open: nothing for a minute, these bytes again and again, or another
        /// request.
        public var then = Then.nextRequest

        /// How the connection goes on.
        public enum Then: Sendable { case nextRequest, close, silence, endless([UInt8]) }

        /// An answer of a head and a body; the length of the body is added.
        public init(
            _ status: String, _ fields: [String] = [], _ body: some Collection<UInt8> = [UInt8](),
            then: Then = .nextRequest,
            length: Int? = nil
        ) {
            let lines = ["HTTP/1.1 \(status)"] + fields + ["Content-Length: \(length ?? body.count)", "", ""]
            bytes = Array(lines.joined(separator: "\r\n").utf8) + body
            self.then = then
        }

        /// Anything else.
        public init(raw: String, then: Then = .nextRequest) {
            bytes = Array(raw.utf8)
            self.then = then
        }
    }

    /// The port that the kernel chose.
    public let port: Int
    private let listener: Int32
    private let answer: @Sendable (Request) -> Answer
    private let log = Mutex<[Request]>([])
    private let connections = Mutex(0)

    /// Starts to listen on 127.0.0.1.
    public init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
        let socket = try LoopbackSocket(SOCK_STREAM)
        listener = socket.descriptor
        port = socket.port
        self.answer = answer
        _ = try Thread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                connections.withLock { $0 += 1 }
                _ = try? Thread { [self] in
                    serve(connection)
                    close(connection)
                }
            }
        }
    }

    /// The address of the file.
    public var url: String { "http://127.0.0.1:\(port)/file" }

    /// All requests so far, in order.
    public var requests: [Request] { log.withLock { $0 } }

    /// How many connections clients have made.
    public var connectionCount: Int { connections.withLock { $0 } }

    /// Stops to listen.
    public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// What a good server answers.
    ///
    /// - Parameter fields: more of them, such as an `ETag`
    public static func honest(_ content: [UInt8], _ request: Request, fields: [String] = []) -> Answer {
        let ranges = request.ranges.map { $0.lowerBound...min($0.upperBound, content.count - 1) }
        guard let first = ranges.first else { return Answer("200 OK", fields, content) }
        if ranges.count == 1 { return part(content, first, fields: fields) }
        return parts(content, ranges, fields: fields)
    }

    /// One range.
    public static func part(
        _ content: [UInt8], _ range: ClosedRange<Int>, total: Int? = nil, fields: [String] = []
    ) -> Answer {
        Answer("206 Partial Content", fields + [field(range, total ?? content.count)], content[range])
    }

    /// Several ranges, in this order.
    public static func parts(
        _ content: [UInt8], _ ranges: [ClosedRange<Int>], fields: [String] = []
    ) -> Answer {
        var body: [UInt8] = []
        for range in ranges {
            body +=
                Array("\r\n--xyz\r\nContent-Type: x/y\r\n\(field(range, content.count))\r\n\r\n".utf8) + content[range]
        }
        body += Array("\r\n--xyz--\r\n".utf8)
        return Answer("206 Partial Content", fields + ["Content-Type: multipart/byteranges; boundary=xyz"], body)
    }

    private static func field(_ range: ClosedRange<Int>, _ total: Int) -> String {
        "Content-Range: bytes \(range.lowerBound)-\(range.upperBound)/\(total)"
    }

    private func serve(_ connection: Int32) {
        while let request = read(connection) {
            let answer = answer(request)
            guard send(connection, answer.bytes) else { return }
            switch answer.then {
            case .nextRequest: continue
            case .close: return
            case .silence:
                var event = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
                poll(&event, 1, 60_000)
                return
            case .endless(let bytes):
                for _ in 0..<(1 << 26) / max(1, bytes.count) where !send(connection, bytes) { return }
                return
            }
        }
    }

    private func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard bytes.count < 1 << 16, Glibc.read(connection, &byte, 1) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { fields[pair[0].lowercased()] = String(pair[1].drop { $0 == " " }) }
        }
        let ranges = (fields["range"] ?? "").drop { $0 != "=" }.dropFirst().split(separator: ",").compactMap { text in
            let ends = text.split(separator: "-").compactMap { Int($0) }
            return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        }
        let words = lines.first?.split(separator: " ") ?? []
        return log.withLock { log in
            let request = Request(
                target: words.count > 1 ? String(words[1]) : "", fields: fields, ranges: ranges, number: log.count)
            log.append(request)
            return request
        }
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return -1 }
                return Glibc.send(connection, base + done, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            done += count
        }
        return true
    }
}
