import Host

/// Where everything lies on a node's disk (DESIGN.md §6): the same for images and for `nodectl install`.
///
/// ```swift
/// let layout = try DiskLayout(sizes, identifiers: .random())
/// try PartitionTable.write(layout, to: "/dev/sda")
/// ```
public struct DiskLayout: Hashable, Sendable {
    /// Sizes in bytes; each is rounded up to a whole MiB.
    public struct Sizes: Hashable, Sendable {
        /// EFI system partition.
        public var esp: Int
        /// The root file system's partition of one slot; that of the hash tree follows from it.
        public var slot: Int
        /// State partition.
        public var state: Int
        /// Two, or one on a stick.
        public var slots: [Slot] = [.a, .b]
        /// A partition for guests; nil for none.
        public var data: Int?
        /// Which partition, the state's or the guests', takes what is left of a larger disk; nil for none.
        public var rest: PartitionRole? = .state

        /// Sizes of a disk with two slots.
        public init(esp: Int, slot: Int, state: Int) {
            self.esp = esp
            self.slot = slot
            self.state = state
        }
    }

    /// Partitions begin and end at multiples of this: a multiple of every sector size and of most erase blocks.
    public static let alignment = 1 << 20
    /// GRUB's core image has some 100 KB.
    static let biosBoot = 2 << 20
    /// The backup of the partition table: 32 sectors of entries and one of header; 4 KiB sectors have room in it, too.
    static let tail = 1 << 20

    /// The GUID of the disk.
    public let identifier: UUID
    /// The partitions, in their order on the disk.
    public let partitions: [Partition]
    /// The size of the disk in bytes, or the smallest that has room for all.
    public let size: Int

    /// Lays the partitions out one behind the other.
    ///
    /// - Parameters:
    ///   - architecture: `x86_64` or `aarch64`, which types of partitions depend on
    ///   - diskSize: the size of the disk in bytes; the state partition gets what is left. nil: no larger than it needs to be
    /// - Throws: when the disk is too small
    public init(
        _ sizes: Sizes, architecture: String = "x86_64", identifiers: DiskIdentifiers, diskSize: Int? = nil
    ) throws {
        var wanted: [(role: PartitionRole, size: Int)] = [(.biosBoot, Self.biosBoot), (.efi, sizes.esp)]
        for slot in sizes.slots {
            wanted += [(slot.root, sizes.slot), (slot.verity, Self.hashTreeSize(of: sizes.slot))]
        }
        wanted.append((.state, sizes.state))
        if let data = sizes.data { wanted.append((.data, data)) }
        let needed = wanted.reduce(Self.alignment + Self.tail) { $0 + Self.rounded($1.size) }
        if let diskSize {
            guard diskSize >= needed else {
                throw Failure(
                    .device,
                    "the disk has \(diskSize >> 20) MiB, but \(needed >> 20) MiB are needed (ESP \(sizes.esp >> 20) MiB, "
                        + "\(sizes.slots.count) slots of \(sizes.slot >> 20) MiB, state \(sizes.state >> 20) MiB)",
                    hint: "use a larger disk, or smaller sizes")
            }
            if let last = wanted.firstIndex(where: { $0.role == sizes.rest }) {
                wanted[last].size =
                    Self.rounded(wanted[last].size) + (diskSize - needed) / Self.alignment * Self.alignment
            }
        }
        var start = Self.alignment
        identifier = identifiers.disk
        partitions = wanted.enumerated().map { index, part in
            defer { start += Self.rounded(part.size) }
            return Partition(
                number: index + 1, start: start, size: Self.rounded(part.size),
                type: part.role.type(architecture: architecture), identifier: identifiers.partition(part.role),
                name: part.role.name, attributes: part.role.attributes)
        }
        size = diskSize ?? needed
    }

    /// The layout that a disk has already; nil when it is none of a node with two slots.
    public init?(_ table: PartitionTable, size: Int) {
        let roles = Set(table.partitions.compactMap(\.role))
        guard table.kind == "gpt", let identifier = UUID(table.identifier),
            roles.isSuperset(of: [.biosBoot, .efi, .rootA, .rootAVerity, .rootB, .rootBVerity, .state]),
            roles.count == table.partitions.count, table.partitions.allSatisfy({ $0.identifier != nil })
        else { return nil }
        self.identifier = identifier
        partitions = table.partitions
        self.size = size
    }

    /// The partition of a role; nil when the layout has none.
    public subscript(role: PartitionRole) -> Partition? { partitions.first { $0.role == role } }

    /// The bytes that the hash tree of a root file system needs: a header, and SHA-256 of every 4 KiB, level by level
    /// (dm-verity, format 1).
    public static func hashTreeSize(of bytes: Int) -> Int {
        var blocks = (bytes + 4095) / 4096
        var total = 1
        while blocks > 1 {
            blocks = (blocks + 127) / 128
            total += blocks
        }
        return total * 4096
    }

    /// A size in whole MiB.
    public static func rounded(_ size: Int) -> Int { (size + alignment - 1) / alignment * alignment }
}
