import Glibc
import Host
import Synchronization
import TestSupport

/// Takes what machines send to the host (10.0.2.2 for them), datagrams or streams.
final class LogListener: Sendable {
    /// Where it listens on 127.0.0.1.
    let port: Int
    private let socket: Int32
    private let bytes = Mutex<[UInt8]>([])
    private let isStopped = Mutex(false)
    private let thread = Mutex<Thread?>(nil)

    init(_ kind: __socket_type) throws {
        let listening = try LoopbackSocket(kind)
        port = listening.port
        socket = listening.descriptor
        let started = try Thread { [self] in serve(isStream: kind == SOCK_STREAM) }
        thread.withLock { $0 = started }
    }

    /// What has come so far; a datagram is a line.
    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

    func stop() {
        isStopped.withLock { $0 = true }
        thread.withLock { $0?.join() }
        close(socket)
    }

    private func serve(isStream: Bool) {
        var connections: [Int32] = []
        while !isStopped.withLock({ $0 }) {
            var events = ([socket] + connections).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&events, nfds_t(events.count), 200)
            for event in events where event.revents != 0 {
                if isStream, event.fd == socket {
                    connections.append(accept(socket, nil, nil))
                    continue
                }
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                let count = recv(event.fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 {
                    bytes.withLock { $0 += buffer[..<count] + (isStream ? [] : [0x0A]) }
                } else if isStream {
                    close(event.fd)
                    connections.removeAll { $0 == event.fd }
                }
            }
        }
        connections.forEach { close($0) }
    }
}
