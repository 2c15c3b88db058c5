/// Something on the network: an IP address or a name that DNS knows.
public enum HostAddress: Hashable, Sendable, CustomStringConvertible {
    case address(IPAddress)
    case name(String)

    /// The address or name in `text`; nil when it is neither.
    ///
    /// Names are those of RFC 1123 with at most 253 characters. `ntp1`, `ntp.example.org`, `192.0.2.1` and `2001:db8::1` are
    /// valid; `ntp_1`, `192.0.2`, `300.0.0.1` and `-x.org` are not.
    public init?(_ text: String) {
        if let address = IPAddress(text) {
            self = .address(address)
        } else if Self.isName(text) {
            self = .name(text)
        } else {
            return nil
        }
    }

    /// The canonical text, without brackets.
    public var description: String {
        switch self {
        case .address(let address): address.description
        case .name(let name): name
        }
    }

    /// Whether a text is a name of RFC 1123 whose last label is not a number, which would be a mistyped address.
    static func isName(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, !last.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return labels.allSatisfy(Hostname.isLabel)
    }
}
