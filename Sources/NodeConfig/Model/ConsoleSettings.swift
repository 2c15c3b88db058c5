/// What may be done at the console.
public struct ConsoleSettings: Hashable, Sendable {
    /// Whether the console only shows the state and accepts no login; false unless given.
    public var lockDown: Bool?
    /// Whether the console offers a shell; true unless given.
    public var shell: Bool?
    /// Seconds without a key after which a login ends, from 30 to 86400; 0 is never.
    public var idleLogout: Int?

    /// Whether nobody can log in there: the status screen offers nothing but a login so far.
    public var isLocked: Bool { lockDown == true || shell == false }

    /// Nothing given.
    public init() {}
}
