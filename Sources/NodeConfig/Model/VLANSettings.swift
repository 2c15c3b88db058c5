/// A VLAN (IEEE 802.1Q) on a card, a bond or a bridge.
public struct VLANSettings: Hashable, Sendable {
    /// Its number, from 1 to 4094.
    public var id: Int
    /// The name of the interface that carries it.
    public var parent: String

    /// A VLAN on an interface.
    public init(id: Int, parent: String) {
        self.id = id
        self.parent = parent
    }
}
