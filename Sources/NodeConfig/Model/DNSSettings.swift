/// Name servers and search domains, for all interfaces.
public struct DNSSettings: Hashable, Sendable {
    /// Name servers, the preferred one first; when given, those of DHCP and router advertisements are not used.
    public var servers: [IPAddress] = []
    /// Domains in which short names are looked up, in order.
    public var search: [String] = []

    /// Nothing given.
    public init() {}
}
