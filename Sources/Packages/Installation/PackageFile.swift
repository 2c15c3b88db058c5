/// A file, folder or link as a package describes it: what the image's owner table is made from.
public struct PackageFile: Sendable, Hashable {
    /// The absolute path.
    public var path: String
    /// Type and permission bits, as in `st_mode`.
    public var mode: UInt32
    /// The owner's name.
    public var user: String
    /// The group's name.
    public var group: String
    /// File capabilities as text, such as `cap_net_raw=ep`.
    public var capabilities: String?
    /// Where a symbolic link points.
    public var linkTarget: String?
    /// The size in bytes.
    public var size: Int
    /// When the content was made, in seconds since 1970.
    public var modified: Int
    /// The language it is for (`%lang`).
    public var language: String?
    /// The NEVRA of its package.
    public var package: String
    /// Owned, but not in the package (`%ghost`).
    public var isGhost: Bool
    /// A configuration file (`%config`).
    public var isConfig: Bool
    /// Documentation (`%doc`).
    public var isDocumentation: Bool
}
