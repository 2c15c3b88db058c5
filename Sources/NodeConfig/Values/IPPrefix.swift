/// An address with the length of its network's prefix: `192.0.2.10/24`, `2001:db8::10/64`.
public struct IPPrefix: Hashable, Sendable, CustomStringConvertible {
    /// The address; for a route, that of the network.
    public let address: IPAddress
    /// How many leading bits name the network: 0 to 32 or 0 to 128.
    public let length: Int

    /// The prefix in `text`; nil when there is no address, no `/` or no length in its range.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])) else { return nil }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != 0x30, let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    /// An address and a length; nil when the length is out of range.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.family.width).contains(length) else { return nil }
        self.address = address
        self.length = length
    }

    /// An IPv4 address with a mask such as `255.255.255.0`; nil when the mask has a gap.
    public init?(_ address: IPAddress, netmask: IPAddress) {
        guard address.family == .v4, netmask.family == .v4 else { return nil }
        let bits = netmask.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let length = (~bits).leadingZeroBitCount
        guard bits == (length == 0 ? 0 : UInt32.max << UInt32(32 - length)) else { return nil }
        self.init(address, length: length)
    }

    /// `192.0.2.10/24`.
    public var description: String { "\(address)/\(length)" }

    /// The first address of the network: the address without its host bits.
    public var network: IPAddress {
        var bytes = address.bytes
        for index in bytes.indices {
            let kept = max(0, min(8, length - index * 8))
            bytes[index] &= kept == 0 ? 0 : UInt8.max << UInt8(8 - kept)
        }
        return IPAddress(bytes: bytes) ?? address
    }

    /// Whether an address lies in the network.
    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && IPPrefix(other, length: length)?.network == network
    }
}
