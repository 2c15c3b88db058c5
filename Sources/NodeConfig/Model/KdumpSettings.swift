/// What happens after a crash of the kernel.
public struct KdumpSettings: Hashable, Sendable {
    /// Where the memory of a crashed kernel is written.
    public enum Target: Hashable, Sendable {
        /// The node's own state partition.
        case local
        /// A folder of an NFS server.
        case nfs(server: HostAddress, path: String)
        /// A host that takes files over SSH.
        case ssh(user: String, host: HostAddress)
    }

    /// Whether dumps are made; false unless given, or when a target is given.
    public var enabled: Bool?
    /// Where they are written; locally unless given.
    public var target: Target?
    /// The address from which the private key for an SSH target is fetched once.
    public var sshKeyURL: String?

    /// Nothing given.
    public init() {}
}
