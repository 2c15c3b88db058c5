/// Remote login.
public struct SSHSettings: Hashable, Sendable {
    /// Whether sshd runs; true unless given.
    public var enabled: Bool?
    /// Its port, from 1 to 65535; 22 unless given.
    public var port: Int?
    /// Whether a password is enough to log in; false unless given.
    public var passwordLogin: Bool?
    /// Public keys that may log in as the administrator, each one line of `authorized_keys`.
    public var keys: [String] = []

    /// Nothing given.
    public init() {}
}
