/// A host name that the kernel and every name server take (RFC 1123).
///
/// Labels of letters, digits and inner hyphens, at most 63 characters each, at most 64 in all, which is what Linux can hold.
/// `node1`, `node-1.example.org` and `3com` are valid; `-node`, `node_1`, `node.` and `192.0.2.1` are not.
public struct Hostname: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let text: String
    /// The name.
    public var description: String { text }

    /// The name in `text`; nil when it is none.
    public init?(_ text: String) {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 64, labels.allSatisfy(Self.isLabel) else { return nil }
        // Four numbers would be taken for an address wherever the name is used.
        let isAddress = labels.count == 4 && labels.allSatisfy { $0.allSatisfy(Self.isDigit) }
        guard !isAddress else { return nil }
        self.text = text
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    static func isLabel(_ label: Substring.UTF8View) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard (1...63).contains(label.count), label.first != hyphen, label.last != hyphen else { return false }
        return label.allSatisfy {
            isDigit($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == hyphen
        }
    }
}
