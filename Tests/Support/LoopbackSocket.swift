import Glibc
import Host

/// A listening socket on the loopback interface; whoever makes it closes it.
public struct LoopbackSocket: Sendable {
    /// The socket itself.
    public let descriptor: Int32
    /// Where it listens on 127.0.0.1.
    public let port: Int

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - kind: `SOCK_STREAM` or `SOCK_DGRAM`
    ///   - port: 0 lets the kernel choose
    public init(_ kind: __socket_type, port: Int = 0) throws {
        let socket = try check("make a socket") { Glibc.socket(AF_INET, Int32(kind.rawValue), 0) }
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                try check("bind") { bind(socket, generic, length) }
                if kind == SOCK_STREAM { try check("listen") { listen(socket, 16) } }
                try check("read the port") { getsockname(socket, generic, &length) }
            }
        }
        descriptor = socket
        self.port = Int(UInt16(bigEndian: address.sin_port))
    }
}
