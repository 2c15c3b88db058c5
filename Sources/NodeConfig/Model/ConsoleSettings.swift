/// What may be done at the console.
public struct ConsoleSettings: Hashable, Sendable {
    /// Whether the console only shows the state and accepts no login; false unless given.
    public var lockDown: Bool?
    /// Whether the console offers a shell; true unless given.
    public var shell: Bool?
    /// Seconds without a key after which a login ends, from 30 to 86400; 0 is never.
    public var idleLogout: Int?

    /// Whether nobody gets a shell there; the menu is still there unless all is locked.
    public var isLocked: Bool { lockDown == true || shell == false }

    /// Nothing given.
    public init() {}
}
