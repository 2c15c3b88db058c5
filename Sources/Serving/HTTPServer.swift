import CLinux
import Glibc
import Host
import Synchronization

/// A web server for one folder: GET and HEAD with ranges, nothing else.
///
/// It is meant for a bench, and takes every request for hostile: the kernel keeps paths below the folder (`openat2` with
/// RESOLVE_BENEATH), heads and times are limited, and there are never more than `connectionLimit` connections.
public final class HTTPServer: Sendable {
    /// One answered request.
    public struct Event: Sendable, Equatable {
        /// The address of who asked.
        public let client: String
        /// `GET`.
        public let method: String
        /// What was asked for, decoded; printable characters only.
        public let path: String
        /// The status of the answer.
        public let status: Int
        /// How many bytes of the file were sent.
        public let sent: Int
    }

    static let connectionLimit = 64
    /// Bytes of request line and headers.
    static let headLimit = 8192
    /// Seconds for a request to arrive.
    private static let headTime = 10.0
    /// Seconds after which a client that takes nothing is given up.
    private static let stallTime = 30

    /// The port that it listens on.
    public let port: Int
    private let listener: Int32
    private let folder: Int32
    private let texts: [String: String]
    private let event: @Sendable (Event) -> Void
    private let connections = Mutex(0)

    /// Listens from now on; threads of its own answer.
    ///
    /// - Parameters:
    ///   - folder: everything below it is served
    ///   - address: an IPv4 address of this host
    ///   - port: 0 for one that the kernel chooses
    ///   - texts: what stands at these paths besides, made from the port
    public init(
        folder: String, address: String, port: Int, texts: (_ port: Int) -> [String: String] = { _ in [:] },
        event: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws {
        self.folder = try check("open \"\(folder)\"") { nlinux_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        self.event = event
        let listening = try Self.listen(address, port)
        (listener, self.port) = listening
        self.texts = texts(listening.1)
        // A client that goes away while it is being answered ends its connection and nothing else.
        signal(SIGPIPE, SIG_IGN)
        _ = try Thread { [self] in accept() }
    }

    /// Takes no more connections; those that are being answered go on.
    public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func listen(_ address: String, _ port: Int) throws -> (Int32, Int) {
        var socketAddress = sockaddr_in()
        socketAddress.sin_family = sa_family_t(AF_INET)
        guard inet_pton(AF_INET, address, &socketAddress.sin_addr) == 1, let number = UInt16(exactly: port) else {
            throw Failure(.invalidInput, "\"\(address)\" with port \(port) is not an address to listen on")
        }
        socketAddress.sin_port = number.bigEndian
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = try check("make a socket") { socket(AF_INET, type, 0) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        do {
            try withUnsafeMutablePointer(to: &socketAddress) { pointer in
                try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    try check("listen on \(address) port \(port)") { bind(descriptor, generic, length) }
                    try check("listen on \(address) port \(port)") { Glibc.listen(descriptor, 64) }
                    try check("read the port") { getsockname(descriptor, generic, &length) }
                }
            }
        } catch {
            close(descriptor)
            throw error
        }
        return (descriptor, Int(UInt16(bigEndian: socketAddress.sin_port)))
    }

    private func accept() {
        // Signals are for the main thread; the threads that start here inherit this.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        while true {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let connection = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.accept(listener, $0, &length)
                }
            }
            if connection < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                // Out of descriptors: others will be closed soon. Anything else is the end of the listener.
                guard errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM else {
                    close(listener)
                    return
                }
                usleep(100_000)
                continue
            }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
            inet_ntop(AF_INET, &address.sin_addr, &text, socklen_t(text.count))
            let client = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            start(connection, client)
        }
    }

    private func start(_ connection: Int32, _ client: String) {
        let accepted = connections.withLock { count in
            guard count < Self.connectionLimit else { return false }
            count += 1
            return true
        }
        guard accepted else {
            close(connection)
            return
        }
        let started = try? Thread { [self] in
            answer(connection, client)
            close(connection)
            connections.withLock { $0 -= 1 }
        }
        if started == nil {
            close(connection)
            connections.withLock { $0 -= 1 }
        }
    }

    private func answer(_ connection: Int32, _ client: String) {
        var stall = timeval(tv_sec: Self.stallTime, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &stall, socklen_t(MemoryLayout<timeval>.size))
        guard let head = readHead(connection) else { return }
        let request = HTTPRequest(head)
        guard case .valid(let method, let path, let range) = request else {
            guard case .invalid(let status) = request else { return }
            send(connection, HTTPResponse.head(status: status))
            event(Event(client: client, method: "?", path: "", status: status, sent: 0))
            return
        }
        var sent = 0
        let status = serve(connection, method, path, range, &sent)
        let shown = String(path.unicodeScalars.filter { (0x20...0x7E).contains($0.value) }.map(Character.init))
        event(Event(client: client, method: method, path: shown, status: status, sent: sent))
    }

    private func serve(
        _ connection: Int32, _ method: String, _ path: String, _ range: HTTPRequest.Range?, _ sent: inout Int
    ) -> Int {
        func refuse(_ status: Int, _ more: String = "") -> Int {
            send(connection, HTTPResponse.head(status: status, more: more))
            return status
        }
        if let text = texts[path] {
            send(connection, HTTPResponse.head(status: 200, more: "Content-Length: \(text.utf8.count)\r\n"))
            if method == "GET", send(connection, text) { sent = text.utf8.count }
            return 200
        }
        let file = nlinux_open_beneath(folder, path.isEmpty ? "." : path)
        guard file >= 0 else { return refuse(errno == ENOENT || errno == ENOTDIR ? 404 : 403) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & Glibc.S_IFMT == Glibc.S_IFREG else { return refuse(403) }
        let size = Int(status.st_size)
        var part = 0..<size
        if let range {
            guard let found = range.bytes(of: size) else { return refuse(416, "Content-Range: bytes */\(size)\r\n") }
            part = found
        }
        let content =
            "Content-Length: \(part.count)\r\nAccept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n"
        let code = range == nil ? 200 : 206
        let place = range == nil ? "" : "Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)\r\n"
        guard send(connection, HTTPResponse.head(status: code, more: content + place)), method == "GET" else {
            return code
        }
        var offset = off_t(part.lowerBound)
        while offset < part.upperBound {
            let count = sendfile(connection, file, &offset, min(part.upperBound - Int(offset), 1 << 20))
            if count < 0, errno == EINTR { continue }
            // The file has become shorter, or the client takes nothing any more.
            guard count > 0 else { break }
            sent += count
        }
        return code
    }

    /// Request line and headers; nil when they do not come in time or are too long.
    private func readHead(_ connection: Int32) -> [UInt8]? {
        let deadline = monotonicSeconds() + Self.headTime
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let left = deadline - monotonicSeconds()
            var polled = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            guard left > 0, poll(&polled, 1, Int32(left * 1000) + 1) > 0 else { return nil }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            head += buffer[..<count]
            if let end = head.firstRange(of: [13, 10, 13, 10]) { return Array(head[..<end.lowerBound]) }
            if head.count > Self.headLimit {
                send(connection, HTTPResponse.head(status: 431))
                return nil
            }
        }
    }

    @discardableResult
    private func send(_ connection: Int32, _ text: String) -> Bool {
        (try? File.append(Array(text.utf8), to: connection, named: "connection")) != nil
    }
}
