/// A way to a network.
public struct RouteSettings: Hashable, Sendable {
    /// The network; its host bits are zero.
    public var destination: IPPrefix
    /// The router; nil when the network is on the link itself.
    public var gateway: IPAddress?
    /// Preference among routes to the same network: the smaller wins.
    public var metric: Int?

    /// A route.
    public init(destination: IPPrefix, gateway: IPAddress? = nil, metric: Int? = nil) {
        self.destination = destination
        self.gateway = gateway
        self.metric = metric
    }
}
