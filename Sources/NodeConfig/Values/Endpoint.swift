/// A service on the network: `HOST` or `HOST:PORT`, an IPv6 address in brackets when a port follows.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// Where it is.
    public let host: HostAddress
    /// Its port from 1 to 65535; nil for the usual one of the service.
    public let port: Int?

    /// A service at a host.
    public init(host: HostAddress, port: Int? = nil) {
        self.host = host
        self.port = port
    }

    /// The service in `text`; nil when it is none: `log.example.org`, `192.0.2.1:514`, `[2001:db8::1]:514`, `2001:db8::1`.
    public init?(_ text: String) {
        if let host = HostAddress(text) {
            self.init(host: host)
            return
        }
        guard let colon = text.lastIndex(of: ":") else {
            // Brackets without a port.
            guard let address = Self.bracketed(text[...]) else { return nil }
            self.init(host: .address(address))
            return
        }
        let digits = text[text.index(after: colon)...]
        if text.hasSuffix("]"), let address = Self.bracketed(text[...]) {
            self.init(host: .address(address))
            return
        }
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), (1...65535).contains(port)
        else { return nil }
        let host = text[..<colon]
        if let address = Self.bracketed(host) {
            self.init(host: .address(address), port: port)
        } else if !host.contains(":"), let name = HostAddress(String(host)) {
            self.init(host: name, port: port)
        } else {
            return nil
        }
    }

    private static func bracketed(_ text: Substring) -> IPAddress? {
        guard text.first == "[", text.last == "]" else { return nil }
        let address = IPAddress(String(text.dropFirst().dropLast()))
        return address?.family == .v6 ? address : nil
    }

    /// The text that `init` reads.
    public var description: String {
        guard let port else { return host.description }
        if case .address(let address) = host, address.family == .v6 { return "[\(address)]:\(port)" }
        return "\(host):\(port)"
    }
}
