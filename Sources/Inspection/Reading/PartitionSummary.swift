import Disks
import Host

/// A partition of an artefact, with what is in it.
public struct PartitionSummary: Sendable, Equatable {
    /// A partition table.
    struct Table: Sendable, Equatable {
        /// `gpt` or `dos`.
        let kind: String
        /// The disk's identifier.
        let identifier: String
        let partitions: [PartitionSummary]
    }

    /// Its number in the table, from 1.
    public let number: Int
    /// The name in a GPT.
    public let name: String
    /// The type: a GUID, or `0xef` in an MBR.
    public let type: String
    /// PARTUUID; nil in an MBR.
    public let identifier: String?
    /// The first byte.
    public let start: Int
    /// Size in bytes.
    public let size: Int
    /// What libblkid recognises: `vfat`, `squashfs`, `ext4` …; nil when it recognises nothing.
    public let fileSystem: String?
    /// The label of the file system.
    public let label: String?

    /// The table of a disk image; nil when it has none.
    static func table(of path: String) throws -> Table? {
        guard let table = try PartitionTable.read(path) else { return nil }
        let length = try File.size(path)
        return Table(
            kind: table.kind, identifier: table.identifier,
            partitions: try table.partitions.map { partition in
                // A damaged table may name anything; whether it fits is said when it is read.
                let isInside = partition.start >= 0 && partition.size > 0 && partition.start < length
                let found = isInside ? try FileSystem.probe(path, offset: partition.start, size: partition.size) : nil
                return PartitionSummary(
                    number: partition.number, name: partition.name, type: partition.type,
                    identifier: partition.identifier.map { "\($0)" }, start: partition.start, size: partition.size,
                    fileSystem: found?.type, label: found?.label)
            })
    }
}
