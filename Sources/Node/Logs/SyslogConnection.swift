import Glibc
import Host
public import NodeConfig

/// The way to a log server: datagrams, or a TCP connection on which each message follows its length (RFC 6587).
public final class SyslogConnection {
    private static let timeout = 10.0

    private let server: Endpoint
    private let isStream: Bool
    private var socket: Int32 = -1

    /// A connection that is made when something is sent.
    public init(server: Endpoint, transport: LoggingSettings.SyslogProtocol) {
        self.server = server
        isStream = transport == .tcp
    }

    deinit { disconnect() }

    /// Sends a message.
    ///
    /// - Throws: `.network` when the server cannot be reached; the next message tries to connect anew
    func send(_ message: SyslogMessage) throws {
        let bytes = message.bytes
        do {
            if socket >= 0, isStream, isClosed { disconnect() }
            if socket < 0 { try connect() }
            try write(isStream ? Array("\(bytes.count) ".utf8) + bytes : bytes)
        } catch {
            disconnect()
            throw error
        }
    }

    private func connect() throws {
        let addresses = ServiceProbe.addresses(of: server.host)
        if addresses.isEmpty { throw Failure(.network, "the name \(server.host) is not known") }
        let kind = Int32((isStream ? SOCK_STREAM : SOCK_DGRAM).rawValue)
        for address in addresses {
            let made = ServiceProbe.connected(address, port: server.port ?? 514, kind: kind, timeout: Self.timeout)
            guard let made else { continue }
            socket = made
            return
        }
        throw Failure(.network, "\(server) does not answer")
    }

    private func write(_ bytes: [UInt8]) throws {
        var done = 0
        let end = monotonicSeconds() + Self.timeout
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(socket, buffer.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                done += count
                continue
            }
            let code = errno
            guard code == EINTR || code == EAGAIN, monotonicSeconds() < end else {
                throw Failure(.network, "\(server): \(String(cString: strerror(code)))")
            }
            var event = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            poll(&event, 1, 1000)
        }
    }

    /// Whether the server has ended the connection; what is written then is lost without an error.
    private var isClosed: Bool {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
    }

    private func disconnect() {
        if socket >= 0 { close(socket) }
        socket = -1
    }
}
