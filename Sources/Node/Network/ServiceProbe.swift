import Glibc
import Host
import NodeConfig

/// Asks services on the network whether they are there.
enum ServiceProbe {
    /// Whether a name server answers, whatever its answer is.
    static func nameServerAnswers(_ server: IPAddress, timeout: Double) -> Bool {
        // RFC 1035: id, recursion desired, one question: the name servers of the root.
        let id: [UInt8] = [UInt8.random(in: 0...255), UInt8.random(in: 0...255)]
        let query: [UInt8] = id + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + [0, 0, 2, 0, 1]
        let kind = Int32(SOCK_DGRAM.rawValue)
        guard let socket = connected(server, port: 53, kind: kind, timeout: timeout) else { return false }
        defer { close(socket) }
        guard Glibc.send(socket, query, query.count, Int32(MSG_NOSIGNAL)) == query.count else { return false }
        let end = monotonicSeconds() + timeout
        var buffer = [UInt8](repeating: 0, count: 512)
        while wait(socket, Int16(POLLIN), until: end) {
            let count = recv(socket, &buffer, buffer.count, 0)
            // Nobody listens there.
            guard count > 0 else { return false }
            if count >= 12, Array(buffer[..<2]) == id, buffer[2] & 0x80 != 0 { return true }
        }
        return false
    }

    /// Whether a TCP connection to a port comes about.
    static func portAnswers(_ host: HostAddress, port: Int, timeout: Double) -> Bool {
        addresses(of: host).contains { address in
            guard
                let socket = connected(address, port: port, kind: Int32(SOCK_STREAM.rawValue), timeout: timeout)
            else { return false }
            close(socket)
            return true
        }
    }

    /// The addresses of a name, as the system's resolver knows them.
    static func addresses(of host: HostAddress) -> [IPAddress] {
        if case .address(let address) = host { return [address] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host.description, nil, &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        return sequence(first: first, next: { $0?.pointee.ai_next }).compactMap { entry in
            guard let entry = entry?.pointee, let pointer = entry.ai_addr else { return nil }
            let isV6 = entry.ai_family == AF_INET6
            let offset =
                isV6
                ? MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) : MemoryLayout<sockaddr_in>.offset(of: \.sin_addr)
            let bytes = UnsafeRawBufferPointer(
                start: UnsafeRawPointer(pointer) + (offset ?? 0), count: isV6 ? 16 : 4)
            return IPAddress(bytes: Array(bytes))
        }
    }

    /// A socket that is connected; nil when that fails or takes too long.
    static func connected(_ address: IPAddress, port: Int, kind: Int32, timeout: Double) -> Int32? {
        let isV4 = address.family == .v4
        let socket = Glibc.socket(isV4 ? AF_INET : AF_INET6, kind | O_CLOEXEC | O_NONBLOCK, 0)
        guard socket >= 0 else { return nil }
        let result: Int32
        if isV4 {
            var target = sockaddr_in()
            target.sin_family = UInt16(AF_INET)
            target.sin_port = UInt16(port).bigEndian
            withUnsafeMutableBytes(of: &target.sin_addr) { $0.copyBytes(from: address.bytes) }
            result = start(socket, target)
        } else {
            var target = sockaddr_in6()
            target.sin6_family = UInt16(AF_INET6)
            target.sin6_port = UInt16(port).bigEndian
            withUnsafeMutableBytes(of: &target.sin6_addr) { $0.copyBytes(from: address.bytes) }
            result = start(socket, target)
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let isDone =
            result == 0
            || errno == EINPROGRESS && wait(socket, Int16(POLLOUT), until: monotonicSeconds() + timeout)
                && getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length) == 0 && code == 0
        if isDone { return socket }
        close(socket)
        return nil
    }

    private static func start<Address>(_ socket: Int32, _ address: Address) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    static func wait(_ socket: Int32, _ what: Int16, until end: Double) -> Bool {
        while true {
            let left = end - monotonicSeconds()
            guard left > 0 else { return false }
            var events = pollfd(fd: socket, events: what, revents: 0)
            let result = poll(&events, 1, Int32(left * 1000) + 1)
            if result > 0 { return true }
            if result < 0, errno != EINTR { return false }
        }
    }
}
