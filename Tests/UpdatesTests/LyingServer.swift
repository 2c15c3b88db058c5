import Glibc
import Host
import Synchronization
import TestSupport

/// An HTTP server on the loopback interface that answers as a test wants, byte by byte.
final class LyingServer: Sendable {
    /// Answers a request for a path on a connection; returns whether the connection stays open for more.
    typealias Answer = @Sendable (_ path: String, _ connection: Connection) throws -> Bool

    /// One connection.
    struct Connection: Sendable {
        fileprivate let descriptor: Int32

        /// Sends text; fails once the client has gone.
        func send(_ text: String) throws { try send(Array(text.utf8)) }

        /// Sends bytes.
        func send(_ bytes: [UInt8]) throws {
            var done = 0
            while done < bytes.count {
                done += try checkLength("send") {
                    bytes[done...].withUnsafeBytes {
                        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(truncatingIfNeeded: Int(MSG_NOSIGNAL)))
                    }
                }
            }
        }

        /// An answer as servers give it.
        func answer(_ body: [UInt8]?, headers: String = "") throws {
            let status = body == nil ? "404 Not Found" : "200 OK"
            try send("HTTP/1.1 \(status)\r\nContent-Length: \(body?.count ?? 0)\r\n\(headers)\r\n")
            try send(body ?? [])
        }

        /// The path of the next request; nil when the client has gone.
        fileprivate func request() -> String? {
            var head: [UInt8] = []
            var byte: UInt8 = 0
            while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
                guard head.count < 16_384, read(descriptor, &byte, 1) == 1 else { return nil }
                head.append(byte)
            }
            return String(decoding: head, as: UTF8.self).split(separator: " ").dropFirst().first.map(String.init)
        }
    }

    /// Where it listens.
    let url: String
    private let listener: Int32
    private let accepted = Mutex(0)

    init(_ answer: @escaping Answer) throws {
        let socket = try LoopbackSocket(SOCK_STREAM)
        listener = socket.descriptor
        url = "http://127.0.0.1:\(socket.port)"
        _ = try Thread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { return }
                accepted.withLock { $0 += 1 }
                _ = try? Thread {
                    defer { close(descriptor) }
                    let connection = Connection(descriptor: descriptor)
                    while let path = connection.request(), (try? answer(path, connection)) ?? false {}
                }
            }
        }
    }

    /// How many connections there were.
    var connections: Int { accepted.withLock { $0 } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }
}
