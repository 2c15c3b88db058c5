/// The hardware address of a network card: 6 bytes, or 20 for InfiniBand.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// Its bytes.
    public let bytes: [UInt8]

    /// The address in `text`, pairs of hexadecimal digits between which there is always `:` or always `-`; nil when it is none.
    public init?(_ text: String) {
        guard let separator = text.first(where: { $0 == ":" || $0 == "-" }), text.utf8.count <= 59 else { return nil }
        let pairs = text.split(separator: separator, omittingEmptySubsequences: false)
        let bytes = pairs.compactMap { pair -> UInt8? in
            guard pair.utf8.count == 2, pair.utf8.first != UInt8(ascii: "+") else { return nil }
            return UInt8(pair, radix: 16)
        }
        guard bytes.count == pairs.count, bytes.count == 6 || bytes.count == 20 else { return nil }
        self.bytes = bytes
    }

    /// `52:54:00:aa:bb:cc`.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    /// Whether one card can have it: not a group's address and not all zeros.
    public var isUnicast: Bool { bytes[0] & 1 == 0 && bytes.contains { $0 != 0 } || bytes.count == 20 }
}
