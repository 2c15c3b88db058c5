/// IPv6 of an interface.
public struct IPv6Settings: Hashable, Sendable {
    /// Where addresses come from.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// No IPv6.
        case disabled
        /// Router advertisements: SLAAC, and DHCPv6 when the router says so; `addresses` come on top.
        case automatic
        /// DHCPv6 without waiting for a router; `addresses` come on top.
        case dhcp
        /// Only the `addresses` and the link-local one.
        case `static`
        /// Only the link-local address.
        case linkLocal = "link-local"
    }

    /// Where addresses come from.
    public var method: Method
    /// Fixed addresses, the preferred one first.
    public var addresses: [IPPrefix] = []
    /// The router of the default route.
    public var gateway: IPAddress?
    /// Further routes.
    public var routes: [RouteSettings] = []
    /// Preference of this interface's default route: the smaller wins; NetworkManager's order unless given.
    public var routeMetric: Int?

    /// IPv6 by a method.
    public init(method: Method) { self.method = method }
}
