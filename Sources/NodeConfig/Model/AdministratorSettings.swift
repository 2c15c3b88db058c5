/// The administrator's account (root).
public struct AdministratorSettings: Hashable, Sendable {
    /// A hash as crypt(3) makes it, such as `$y$…`; never the password itself.
    public var passwordHash: Secret?
    /// Whether a new password must be chosen at the first login; false unless given.
    public var mustChangePassword: Bool?

    /// Nothing given.
    public init() {}
}
