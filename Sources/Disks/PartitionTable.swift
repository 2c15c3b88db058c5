import Host

/// A partition table that was found on a disk or in an image.
public struct PartitionTable: Hashable, Sendable {
    /// `gpt`, `dos` (an MBR) or another name of libfdisk's.
    public let kind: String
    /// The disk's identifier as libfdisk prints it: the GUID in capitals, or `0x1234abcd` of an MBR.
    public let identifier: String
    /// Bytes of one sector, to which the table counts.
    public let sectorSize: Int
    /// The partitions in use, by their number.
    public let partitions: [Partition]

    /// Reads the table of a disk or of an image file, without root when the file is readable.
    ///
    /// - Returns: nil when there is none
    /// - Throws: when the file cannot be read
    public static func read(_ path: String) throws -> PartitionTable? {
        // libfdisk takes a file without a whole sector for an error.
        if File.kind(path) == .regular, try File.size(path) < 512 { return nil }
        let context = try FdiskContext(path, writable: false)
        guard let kind = context.labelName else { return nil }
        return PartitionTable(
            kind: kind, identifier: context.identifier ?? "", sectorSize: context.sectorSize,
            partitions: try context.partitions())
    }

    /// Writes the table of a layout to a disk or to an image file that is at least as large as the layout.
    ///
    /// The boot code in the first sector stays as it is; nothing inside the partitions is touched. Equal layouts give equal
    /// bytes.
    /// - Throws: when the file is too small or cannot be written
    public static func write(_ layout: DiskLayout, to path: String) throws {
        let context = try FdiskContext(path, writable: true)
        guard context.size >= layout.size else {
            throw Failure(
                .device, "\"\(path)\" has \(context.size >> 20) MiB, but the layout needs \(layout.size >> 20) MiB",
                hint: "use a larger disk")
        }
        try context.create(layout)
    }
}
