import CLinux
import Glibc
import Host
import NodeConfig

/// Asks on one link whether somebody has an address: ARP for IPv4 (RFC 826), neighbour discovery for IPv6 (RFC 4861).
///
/// Neither needs a route or an answer to ping, so it tells a router that is there from one that is not.
enum AddressProbe {
    /// Whether somebody on the link answers for the address.
    ///
    /// - Parameters:
    ///   - interface: the kernel's name of the link
    ///   - timeout: seconds to wait for the answer
    /// - Throws: when the link is not there, or the process may not send such packets
    static func answers(_ address: IPAddress, on interface: String, timeout: Double) throws -> Bool {
        let index = if_nametoindex(interface)
        guard index > 0 else { throw Failure(.device, "there is no interface \"\(interface)\"") }
        let link = Link(name: interface, index: Int32(index))
        return address.family == .v4
            ? try askByARP(address, link, timeout) : try askByDiscovery(address, link, timeout)
    }

    private struct Link {
        let name: String
        let index: Int32

        /// Its hardware address; nil when it has none of six bytes.
        var hardware: [UInt8]? {
            SystemFile.line("/sys/class/net/\(name)/address").flatMap { MACAddress($0) }.map(\.bytes)
                .flatMap { $0.count == 6 ? $0 : nil }
        }
    }

    private static func askByARP(_ address: IPAddress, _ link: Link, _ timeout: Double) throws -> Bool {
        guard let own = link.hardware else { return false }
        let protocolNumber = UInt16(0x0806).bigEndian
        let socket = try check("open a packet socket") {
            Glibc.socket(AF_PACKET, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, Int32(protocolNumber))
        }
        defer { close(socket) }
        let source = ownAddress(link.name, near: address)
        // Ethernet, IPv4, address lengths 6 and 4, request; own addresses; wanted addresses.
        var packet: [UInt8] = [0, 1, 8, 0, 6, 4, 0, 1]
        packet += own + source
        packet += [0, 0, 0, 0, 0, 0] + address.bytes
        var target = sockaddr_ll()
        target.sll_family = UInt16(AF_PACKET)
        target.sll_protocol = protocolNumber
        target.sll_ifindex = link.index
        target.sll_halen = 6
        withUnsafeMutableBytes(of: &target.sll_addr) { $0.copyBytes(from: [255, 255, 255, 255, 255, 255]) }
        try bindSocket(socket, target)
        try send(packet, socket, target, "ask for \(address) on \(link.name)")
        return try receive(socket, timeout) { reply in
            // A reply, from the address asked for.
            reply.count >= 28 && reply[6] == 0 && reply[7] == 2 && Array(reply[14..<18]) == address.bytes
        }
    }

    private static func askByDiscovery(_ address: IPAddress, _ link: Link, _ timeout: Double) throws -> Bool {
        guard let own = link.hardware else { return false }
        let socket = try check("open a socket for neighbour discovery") {
            Glibc.socket(AF_INET6, Int32(SOCK_RAW.rawValue) | O_CLOEXEC, Int32(IPPROTO_ICMPV6))
        }
        defer { close(socket) }
        // 255 shows that no router has passed it on.
        var hops: Int32 = 255
        for option in [IPV6_MULTICAST_HOPS, IPV6_UNICAST_HOPS] {
            setsockopt(socket, Int32(IPPROTO_IPV6), option, &hops, socklen_t(MemoryLayout<Int32>.size))
        }
        var index = link.index
        setsockopt(
            socket, Int32(IPPROTO_IPV6), IPV6_MULTICAST_IF, &index, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, link.name, socklen_t(link.name.utf8.count))
        // Neighbour solicitation; the kernel puts the checksum in. Option 1: the sender's hardware address.
        let packet: [UInt8] = [135, 0, 0, 0, 0, 0, 0, 0] + address.bytes + [1, 1] + own
        // ff02::1:ffXX:XXXX
        let group: [UInt8] = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF] + address.bytes.suffix(3)
        var target = sockaddr_in6()
        target.sin6_family = UInt16(AF_INET6)
        target.sin6_scope_id = UInt32(link.index)
        withUnsafeMutableBytes(of: &target.sin6_addr) { $0.copyBytes(from: group) }
        try send(packet, socket, target, "ask for \(address) on \(link.name)")
        return try receive(socket, timeout) { reply in
            // Neighbour advertisement for the address.
            reply.count >= 24 && reply[0] == 136 && Array(reply[8..<24]) == address.bytes
        }
    }

    /// An own IPv4 address on the link, best one of the same network; zeros where there is none (RFC 5227).
    private static func ownAddress(_ interface: String, near address: IPAddress) -> [UInt8] {
        let own = (NetworkInterface.currentAddresses()[interface] ?? []).compactMap {
            IPPrefix("\($0.text)/\($0.prefix)")
        }.filter { $0.address.family == .v4 }
        return (own.first { $0.contains(address) } ?? own.first)?.address.bytes ?? [0, 0, 0, 0]
    }

    private static func bindSocket(_ socket: Int32, _ address: sockaddr_ll) throws {
        try withUnsafePointer(to: address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try check("bind a packet socket") {
                    bind(socket, generic, socklen_t(MemoryLayout<sockaddr_ll>.size))
                }
            }
        }
    }

    private static func send<Address>(
        _ packet: [UInt8], _ socket: Int32, _ address: Address, _ activity: String
    ) throws {
        try withUnsafePointer(to: address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try checkLength(activity) {
                    sendto(socket, packet, packet.count, 0, generic, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
    }

    /// Waits for a packet that fits; others are dropped.
    private static func receive(_ socket: Int32, _ timeout: Double, _ fits: ([UInt8]) -> Bool) throws -> Bool {
        let end = monotonicSeconds() + timeout
        var buffer = [UInt8](repeating: 0, count: 1500)
        while true {
            let left = end - monotonicSeconds()
            guard left > 0 else { return false }
            var events = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&events, 1, Int32(left * 1000) + 1) > 0 else { continue }
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0, fits(Array(buffer[..<count])) { return true }
        }
    }
}
