import Document
import Glibc
import Host
public import NodeConfig

/// What netconsole must know of the way to a host, in the words of its module's parameter.
public struct NetconsoleWay: Hashable, Sendable, CustomStringConvertible {
    /// Seconds in which there must be a way.
    private static let patience = 30
    /// The kernel's own port for it.
    private static let ownPort = 6665

    /// The interface.
    public let interface: String
    private let source: IPAddress
    private let target: IPAddress
    private let port: Int
    private let hardware: MACAddress

    /// `6665@192.0.2.10/eth0,6666@192.0.2.14/52:54:00:12:34:56`
    public var description: String { "\(Self.ownPort)@\(source)/\(interface),\(port)@\(target)/\(hardware)" }

    /// Asks the kernel for the way, and the neighbour for its hardware address.
    ///
    /// - Throws: `.network` when there is no way, or nobody answers
    public static func find(to endpoint: Endpoint) throws -> NetconsoleWay {
        guard let target = ServiceProbe.addresses(of: endpoint.host).first else {
            throw Failure(.network, "the name \(endpoint.host) is not known")
        }
        let port = endpoint.port ?? 6666
        var problem = Failure(.network, "there is no way to \(target)")
        // A network that is up may still wait for DHCP.
        for _ in 0..<patience {
            do {
                let route = try askRoute(to: target)
                greet(target, port)
                if let hardware = try neighbour(route.next, on: route.interface) {
                    return NetconsoleWay(
                        interface: route.interface, source: route.source, target: target, port: port,
                        hardware: hardware)
                }
                problem = Failure(.network, "\(route.next) on \(route.interface) does not tell its hardware address")
            } catch let failure as Failure {
                problem = failure
            }
            _ = sleep(1)
        }
        throw problem
    }

    /// What is sent makes the kernel look for the neighbour; the other end sees that something begins.
    private static func greet(_ target: IPAddress, _ port: Int) {
        let kind = Int32(SOCK_DGRAM.rawValue)
        guard let socket = ServiceProbe.connected(target, port: port, kind: kind, timeout: 1) else { return }
        let line = Array("nodectl: messages of the kernel follow\n".utf8)
        _ = Glibc.send(socket, line, line.count, Int32(MSG_NOSIGNAL))
        close(socket)
    }

    private static func askRoute(to target: IPAddress) throws -> Route {
        let answer = try Command("ip", ["-json", "route", "get", target.description]).run()
        guard answer.status == 0 else { throw Failure(.network, "there is no way to \(target)") }
        return try Route(JSON.parse(answer.output, file: "ip route"), to: target)
    }

    private static func neighbour(_ address: IPAddress, on interface: String) throws -> MACAddress? {
        let arguments = ["-json", "neighbour", "show", "to", address.description, "dev", interface]
        let answer = try Command("ip", arguments).run().check(.network).output
        let entries = try JSON.parse(answer, file: "ip neighbour").sequence ?? []
        return entries.lazy.compactMap { $0["lladdr"]?.string }.compactMap { MACAddress($0) }.first
    }

    /// What `ip -json route get` says.
    struct Route: Hashable {
        let interface: String
        let source: IPAddress
        /// The router, or the host itself on the same link.
        let next: IPAddress

        init(_ answer: Node, to target: IPAddress) throws {
            guard let entry = answer.sequence?.first, let interface = entry["dev"]?.string,
                let source = entry["prefsrc"]?.string.flatMap({ IPAddress($0) })
            else { throw Failure(.network, "there is no way to \(target)") }
            guard interface != "lo" else { throw Failure(.network, "\(target) is this node itself") }
            self.interface = interface
            self.source = source
            next = (entry["gateway"]?.string ?? entry["via"]?["host"]?.string).flatMap { IPAddress($0) } ?? target
        }
    }
}
