/// IPv4 of an interface.
public struct IPv4Settings: Hashable, Sendable {
    /// Where addresses come from.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// No IPv4.
        case disabled
        /// DHCP; `addresses` come on top.
        case dhcp
        /// Only the `addresses`.
        case `static`
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

    /// IPv4 by a method.
    public init(method: Method) { self.method = method }
}
