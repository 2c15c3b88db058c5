/// The sizes of a node's partitions; those of the image where nothing is given.
public struct PartitionSizes: Hashable, Sendable {
    /// The EFI system partition.
    public var esp: ByteSize?
    /// One slot.
    public var slot: ByteSize?
    /// The state partition; the rest of the disk unless given.
    public var state: ByteSize?
    /// A partition for guests' data, which there is not unless given.
    public var data: DataSize?

    /// The size of the data partition.
    public enum DataSize: Hashable, Sendable {
        case bytes(ByteSize)
        /// All that is left; `state` must be given then.
        case rest
    }

    /// Nothing given.
    public init() {}
}
