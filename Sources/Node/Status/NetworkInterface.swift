import Glibc
import Host

/// A network interface with its addresses.
public struct NetworkInterface: Hashable, Sendable {
    /// An address with the length of its network's prefix, in bits.
    public struct Address: Hashable, Sendable {
        /// The family of an address.
        public enum Family: String, Sendable {
            case ipv4, ipv6
        }

        /// Its family.
        public let family: Family
        /// `192.0.2.7`, `2001:db8::7`
        public let text: String
        /// 0 to 32 or 128
        public let prefix: Int

        /// An address.
        public init(_ family: Family, _ text: String, prefix: Int) {
            self.family = family
            self.text = text
            self.prefix = prefix
        }

        /// Whether it holds on its own link only (`fe80::/10`, `169.254.0.0/16`).
        public var isLinkLocal: Bool {
            family == .ipv4
                ? text.hasPrefix("169.254.") : ["fe8", "fe9", "fea", "feb"].contains { text.hasPrefix($0) }
        }
    }

    /// `enp1s0`
    public let name: String
    /// The kernel's word: `up`, `down`, `lowerlayerdown`, `unknown` …
    public let state: String
    /// `52:54:00:12:34:56`; nil for an interface without one
    public let hardwareAddress: String?
    /// Whether there is a device behind it, in contrast to bridges, bonds and the taps of guests.
    public let isPhysical: Bool
    /// Its addresses, IPv4 first.
    public let addresses: [Address]

    /// An interface.
    public init(name: String, state: String, hardwareAddress: String?, isPhysical: Bool, addresses: [Address]) {
        self.name = name
        self.state = state
        self.hardwareAddress = hardwareAddress
        self.isPhysical = isPhysical
        self.addresses = addresses
    }

    /// All interfaces but the loopback, by name.
    ///
    /// - Parameters:
    ///   - root: the folder that `sys` stands in
    ///   - addresses: the addresses by name of interface
    public static func all(root: String, addresses: [String: [Address]]) -> [NetworkInterface] {
        let folder = Path.join(root, "sys/class/net")
        let names = (try? Folder.list(folder)) ?? []
        return names.filter { $0 != "lo" }.compactMap { name in
            let own = Path.join(folder, name)
            // bonding_masters is a file
            guard File.exists(Path.join(own, "operstate")) else { return nil }
            let hardware = SystemFile.line(Path.join(own, "address"))
            return NetworkInterface(
                name: name, state: SystemFile.line(Path.join(own, "operstate")) ?? "unknown",
                hardwareAddress: hardware == "00:00:00:00:00:00" ? nil : hardware,
                isPhysical: File.exists(Path.join(own, "device")), addresses: addresses[name] ?? [])
        }
    }

    /// The addresses of the running system by name of interface.
    public static func currentAddresses() -> [String: [Address]] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [:] }
        defer { freeifaddrs(first) }
        var found: [String: [Address]] = [:]
        for entry in sequence(first: first, next: { $0?.pointee.ifa_next }) {
            guard let entry = entry?.pointee, let pointer = entry.ifa_addr, let name = entry.ifa_name else { continue }
            guard let address = Self.address(pointer, mask: entry.ifa_netmask) else { continue }
            found[String(cString: name), default: []].append(address)
        }
        return found.mapValues { $0.filter { $0.family == .ipv4 } + $0.filter { $0.family == .ipv6 } }
    }

    /// Whether an interface of the running system has an address that is good for more than its own link.
    static func someHasAddress() -> Bool {
        currentAddresses().contains { name, addresses in name != "lo" && addresses.contains { !$0.isLinkLocal } }
    }

    private static func address(
        _ pointer: UnsafeMutablePointer<sockaddr>, mask: UnsafeMutablePointer<sockaddr>?
    ) -> Address? {
        let (family, length): (Address.Family, Int)
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET: (family, length) = (.ipv4, 4)
        case AF_INET6: (family, length) = (.ipv6, 16)
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(Int32(pointer.pointee.sa_family), field(pointer, family), &text, socklen_t(text.count)) != nil
        else { return nil }
        let bits = mask.map { mask in
            UnsafeRawBufferPointer(start: field(mask, family), count: length).reduce(0) { $0 + $1.nonzeroBitCount }
        }
        let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return Address(family, String(decoding: characters, as: UTF8.self), prefix: bits ?? 8 * length)
    }

    /// Where the address stands in a `sockaddr_in` or `sockaddr_in6`.
    private static func field(_ pointer: UnsafeMutablePointer<sockaddr>, _ family: Address.Family) -> UnsafeRawPointer {
        let offset =
            family == .ipv4
            ? MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) : MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr)
        return UnsafeRawPointer(pointer) + (offset ?? 0)
    }
}
