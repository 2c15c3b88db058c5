/// How much a repository may ask of a client (specification, section 5: W, X, Y and Z), as in the reference implementation.
public struct MetadataLimits: Sendable {
    /// The most bytes of root metadata.
    public var root = 512_000
    /// The most bytes of timestamp metadata.
    public var timestamp = 16_384
    /// The most bytes of snapshot metadata, unless the timestamp says how many it has.
    public var snapshot = 2_000_000
    /// The most bytes of targets metadata, unless the snapshot says how many it has.
    public var targets = 5_000_000
    /// The most new roots in one update.
    public var rootRotations = 256
    /// The most delegated roles that are asked for one target.
    public var delegations = 32

    /// The usual limits.
    public init() {}

    /// The most bytes that any file may have, whatever signed metadata says about its length.
    static let ceiling = 64 << 20
}
