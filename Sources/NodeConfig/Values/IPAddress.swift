import Glibc

/// An IPv4 or IPv6 address.
///
/// Read exactly as `inet_pton` does: `192.0.2.10`, `2001:db8::10`; not `192.0.2.010`, `192.0.2`, `fe80::1%eth0`, `[::1]`.
public struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4 or IPv6.
    public enum Family: Sendable {
        case v4
        case v6

        /// How many bits an address has.
        public var width: Int { self == .v4 ? 32 : 128 }
        /// `IPv4` or `IPv6`.
        public var name: String { self == .v4 ? "IPv4" : "IPv6" }
    }

    /// Its 4 or 16 bytes, the most significant first.
    public let bytes: [UInt8]
    /// IPv4 or IPv6.
    public var family: Family { bytes.count == 4 ? .v4 : .v6 }

    /// The address in `text`; nil when it is none.
    public init?(_ text: String) {
        // inet_pton stops at a NUL, which no address has.
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        let isV6 = text.utf8.contains(UInt8(ascii: ":"))
        var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
        guard inet_pton(isV6 ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    /// An address of 4 or 16 bytes; nil for any other number.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// The canonical text: for IPv6 that of RFC 5952.
    public var description: String {
        var buffer = [CChar](repeating: 0, count: 46)
        guard inet_ntop(family == .v4 ? AF_INET : AF_INET6, bytes, &buffer, 46) != nil else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `0.0.0.0` or `::`.
    public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
    /// Whether it belongs to this machine alone: `127.0.0.0/8` or `::1`.
    public var isLoopback: Bool {
        family == .v4 ? bytes[0] == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }
    /// Whether it names a group: `224.0.0.0/4` or `ff00::/8`.
    public var isMulticast: Bool { family == .v4 ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF }
    /// Whether it is valid on one link only: `169.254.0.0/16` or `fe80::/10`.
    public var isLinkLocal: Bool {
        family == .v4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }
}
