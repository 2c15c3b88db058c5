import Glibc
import Host
import NodeConfig

extension Readiness.Surroundings {
    /// Those of the running node.
    static var running: Self {
        let servers = NameServers(root: "/")
        return Self(
            greeting: greeting, isClockRight: KernelClock.isRight,
            addresses: {
                NetworkInterface.currentAddresses().filter { $0.key != "lo" }.values.joined()
                    .filter { !$0.isLinkLocal }.compactMap { IPAddress($0.text) }
            },
            free: { path in
                var status = statvfs()
                guard statvfs(path, &status) == 0 else { return nil }
                return Int(status.f_bavail) * Int(status.f_frsize)
            },
            addressesOfName: servers.addresses, namesOfAddress: servers.names)
    }

    private static func greeting(_ port: Int) -> String? {
        guard let address = IPAddress("127.0.0.1"),
            let socket = ServiceProbe.connected(
                address, port: port, kind: Int32(SOCK_STREAM.rawValue), timeout: 2)
        else { return nil }
        defer { close(socket) }
        guard ServiceProbe.wait(socket, Int16(POLLIN), until: monotonicSeconds() + 5) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
