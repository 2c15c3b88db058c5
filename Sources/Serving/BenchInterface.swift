import Glibc
import Host

/// A network interface of this host that a bench hangs on.
public struct BenchInterface: Sendable, Equatable {
    /// Its name: `eth1`.
    public let name: String
    /// The IPv4 address to serve on.
    public let address: IPv4Address
    /// How many bits of it name the network.
    public let prefix: Int
    /// Whether it leads to other networks, where other DHCP servers and other people's machines may be.
    public let hasDefaultRoute: Bool

    /// An interface as described.
    init(name: String, address: IPv4Address, prefix: Int, hasDefaultRoute: Bool = false) {
        self.name = name
        self.address = address
        self.prefix = prefix
        self.hasDefaultRoute = hasDefaultRoute
    }

    /// Looks at this host.
    ///
    /// - Parameter address: which one of its addresses; nil for its first
    /// - Throws: when there is no such interface, or it has no such address
    public init(named name: String, address wanted: String?) throws {
        guard if_nametoindex(name) != 0 else {
            throw Failure(
                .invalidInput, "there is no network interface \"\(name)\"",
                hint: "\"ip -brief address\" lists them")
        }
        var list: UnsafeMutablePointer<ifaddrs>?
        try check("list the network interfaces") { getifaddrs(&list) }
        defer { freeifaddrs(list) }
        var found: [(IPv4Address, Int)] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard String(cString: entry.ifa_name) == name, let address = Self.address(entry.ifa_addr),
                let mask = Self.address(entry.ifa_netmask)
            else { continue }
            found.append((address, mask.value.nonzeroBitCount))
        }
        guard let chosen = found.first(where: { wanted == nil || $0.0.text == wanted }) else {
            throw Failure(
                .invalidInput,
                wanted.map { "the interface \"\(name)\" does not have the address \($0)" }
                    ?? "the interface \"\(name)\" has no IPv4 address",
                hint: "give it one: ip address add 192.0.2.1/24 dev \(name); ip link set \(name) up")
        }
        let routes = (try? File.readText("/proc/net/route", limit: 1 << 20)) ?? ""
        self.init(
            name: name, address: chosen.0, prefix: chosen.1,
            hasDefaultRoute: routes.split(separator: "\n").contains { line in
                let fields = line.split(separator: "\t")
                return fields.count > 7 && fields[0] == name && fields[1] == "00000000" && fields[7] == "00000000"
            })
    }

    private static func address(_ pointer: UnsafeMutablePointer<sockaddr>?) -> IPv4Address? {
        guard let pointer, pointer.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            IPv4Address(value: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
        }
    }

    /// The addresses that machines get: the upper half of the network, at most 200.
    ///
    /// - Throws: when the network has no room for machines
    func range() throws -> (first: IPv4Address, last: IPv4Address) {
        guard prefix >= 8, prefix <= 29 else {
            throw Failure(
                .invalidInput, "the network \(address.text)/\(prefix) is no bench: its prefix must be from 8 to 29",
                hint: "choose another address for the interface, or --proxy-dhcp beside the DHCP server that is there")
        }
        let size = UInt32(1) << UInt32(32 - prefix)
        let network = address.value & ~(size - 1)
        let first = network + size / 2
        return (IPv4Address(value: first), IPv4Address(value: min(network + size - 2, first + 199)))
    }
}

/// An IPv4 address.
public struct IPv4Address: Sendable, Equatable {
    let value: UInt32

    /// `192.0.2.1`
    public var text: String { [24, 16, 8, 0].map { "\(value >> $0 & 0xFF)" }.joined(separator: ".") }
}
