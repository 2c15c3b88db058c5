/// A bridge, to which guests are connected; it carries the address instead of its ports.
public struct BridgeSettings: Hashable, Sendable {
    /// The names of the interfaces in it; may be empty.
    public var ports: [String]
    /// Whether it speaks the spanning tree protocol; false unless given.
    public var spanningTree: Bool?
    /// Seconds in which a port listens before it forwards: 2 to 30, and only with the spanning tree protocol.
    public var forwardDelay: Int?

    /// A bridge over interfaces.
    public init(ports: [String]) { self.ports = ports }
}
