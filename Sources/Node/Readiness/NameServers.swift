import Glibc
import Host
import NodeConfig

/// The name servers of a node, asked directly: the system's own resolver knows a node's name without any server, and others,
/// such as an engine, do not.
struct NameServers {
    private let servers: [IPAddress]
    private let port: Int
    private let timeout: Double

    /// Those of `/etc/resolv.conf`, at most three (resolv.conf(5)).
    init(root: String, port: Int = 53, timeout: Double = 2) {
        let text = (try? File.readText(Path.join(root, "etc/resolv.conf"), limit: 1 << 16)) ?? ""
        let lines = text.split(separator: "\n").map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }) }
        servers = Array(
            lines.filter { $0.first == "nameserver" }.compactMap {
                $0.dropFirst().first.flatMap { IPAddress(String($0)) }
            }
            .prefix(3))
        self.port = port
        self.timeout = timeout
    }

    /// Whether there are any.
    var isEmpty: Bool { servers.isEmpty }

    /// The addresses of a name; nil when no server answers.
    func addresses(of name: String) -> [IPAddress]? {
        guard let v4 = ask(name, .v4) else { return nil }
        return (v4 + (ask(name, .v6) ?? [])).compactMap { if case .address(let address) = $0 { address } else { nil } }
    }

    /// The names of an address; nil when no server answers.
    func names(of address: IPAddress) -> [String]? {
        ask(Self.reverse(address), .pointer)?.compactMap { if case .name(let name) = $0 { name } else { nil } }
    }

    /// `7.2.0.192.in-addr.arpa` (RFC 1035, 3.5), `….ip6.arpa` (RFC 3596, 2.5).
    static func reverse(_ address: IPAddress) -> String {
        if address.family == .v4 { return address.bytes.reversed().map { "\($0)." }.joined() + "in-addr.arpa" }
        let digits = address.bytes.flatMap { [$0 >> 4, $0 & 0xF] }
        return digits.reversed().map { String($0, radix: 16) + "." }.joined() + "ip6.arpa"
    }

    private func ask(_ name: String, _ kind: DNSMessage.Kind) -> [DNSMessage.Record]? {
        for server in servers {
            let id = UInt16.random(in: .min ... .max)
            guard let question = DNSMessage.question(name, kind, id: id) else { return [] }
            if let answer = ask(server, question), let records = DNSMessage(answer).records(kind, id: id) {
                return records
            }
        }
        return nil
    }

    private func ask(_ server: IPAddress, _ question: [UInt8]) -> [UInt8]? {
        let kind = Int32(SOCK_DGRAM.rawValue)
        guard let socket = ServiceProbe.connected(server, port: port, kind: kind, timeout: timeout) else { return nil }
        defer { close(socket) }
        guard Glibc.send(socket, question, question.count, Int32(MSG_NOSIGNAL)) == question.count,
            ServiceProbe.wait(socket, Int16(POLLIN), until: monotonicSeconds() + timeout)
        else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
