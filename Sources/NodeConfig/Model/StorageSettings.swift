/// Names of this node in storage protocols.
public struct StorageSettings: Hashable, Sendable {
    /// The iSCSI initiator name: `iqn.…`, `eui.…` or `naa.…`.
    public var iscsiInitiator: String?
    /// The domain of NFSv4 identity mapping.
    public var nfsDomain: String?

    /// Nothing given.
    public init() {}
}
