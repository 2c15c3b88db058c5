import CParted
import Host
import Synchronization

/// Enlarging the last partition of a disk that is in use, up to the end of the disk (libparted).
///
/// An image that was written to a larger disk has the backup of its partition table in the middle of it; that is moved to
/// the end, too.
public struct PartitionGrowth: Sendable, Equatable {
    /// The size of the partition before, in bytes.
    public let before: Int
    /// Its size now, in bytes.
    public let after: Int

    /// What libparted has complained about; it knows one handler for the whole process.
    private static let complaint = Mutex<String?>(nil)

    /// Enlarges the partition and tells the kernel, which takes it while the partition is mounted.
    ///
    /// - Parameters:
    ///   - disk: `/dev/sda`, or an image file
    ///   - number: the partition's number, which must be the last one on the disk
    /// - Returns: nil when there is no whole MiB free behind the partition
    /// - Throws: when the table is damaged or cannot be written
    public static func grow(disk path: String, partition number: Int) throws -> PartitionGrowth? {
        complaint.withLock { $0 = nil }
        ped_exception_set_handler { exception in
            guard let exception else { return PED_EXCEPTION_UNHANDLED }
            // Only that the backup is not at the end is put right; whatever else is wrong is for a person to look at.
            if exception.pointee.options.rawValue & PED_EXCEPTION_FIX.rawValue != 0 { return PED_EXCEPTION_FIX }
            PartitionGrowth.note(exception.pointee.message.map { String(cString: $0) })
            return PED_EXCEPTION_UNHANDLED
        }
        guard let device = ped_device_get(path) else { throw failure("open \"\(path)\"") }
        defer { ped_device_destroy(device) }
        guard let disk = ped_disk_new(device) else { throw failure("read the partitions of \"\(path)\"") }
        defer { ped_disk_destroy(disk) }
        guard let partition = ped_disk_get_partition(disk, Int32(number)) else {
            throw Failure(.device, "\"\(path)\" has no partition \(number)")
        }
        let sector = Int(device.pointee.sector_size)
        let unit = DiskLayout.alignment / sector
        let start = Int(partition.pointee.geom.start)
        let before = Int(partition.pointee.geom.length)
        var other = ped_disk_next_partition(disk, nil)
        while let entry = other {
            if entry.pointee.num > 0, entry.pointee.geom.start > partition.pointee.geom.start { return nil }
            other = ped_disk_next_partition(disk, entry)
        }
        let end = (Int(device.pointee.length) - DiskLayout.tail / sector) / unit * unit
        guard end - start >= before + unit else { return nil }
        guard let wanted = ped_geometry_new(device, PedSector(start), PedSector(end - start)) else {
            throw failure("enlarge partition \(number) of \"\(path)\"")
        }
        defer { ped_geometry_destroy(wanted) }
        let constraint = ped_constraint_exact(wanted)
        defer { ped_constraint_destroy(constraint) }
        guard ped_disk_set_partition_geom(disk, partition, constraint, wanted.pointee.start, wanted.pointee.end) != 0,
            ped_disk_commit_to_dev(disk) != 0, ped_disk_commit_to_os(disk) != 0
        else { throw failure("enlarge partition \(number) of \"\(path)\"") }
        return PartitionGrowth(before: before * sector, after: (end - start) * sector)
    }

    private static func note(_ text: String?) { complaint.withLock { $0 = text } }

    private static func failure(_ activity: String) -> Failure {
        Failure(.device, "cannot \(activity): \(complaint.withLock { $0 } ?? "libparted gives no reason")")
    }
}
