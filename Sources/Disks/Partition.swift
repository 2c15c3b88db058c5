/// One partition of a disk or an image, as its table describes it.
public struct Partition: Hashable, Sendable {
    /// Its number in the table, from 1.
    public var number: Int
    /// The first byte.
    public var start: Int
    /// Size in bytes.
    public var size: Int
    /// The type: a GUID in small letters for GPT, `0xef` for an MBR.
    public var type: String
    /// The partition's own GUID (PARTUUID); nil in an MBR.
    public var identifier: UUID?
    /// The name in a GPT.
    public var name: String
    /// The 64 attribute bits of a GPT entry.
    public var attributes: UInt64

    /// A partition.
    public init(
        number: Int, start: Int, size: Int, type: String, identifier: UUID? = nil, name: String = "",
        attributes: UInt64 = 0
    ) {
        self.number = number
        self.start = start
        self.size = size
        self.type = type
        self.identifier = identifier
        self.name = name
        self.attributes = attributes
    }

    /// What it is for on a disk of ours, told by its name; nil on any other disk.
    public var role: PartitionRole? { PartitionRole(rawValue: name) }
}
