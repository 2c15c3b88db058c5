import Host

/// A partition of a disk of this machine, or a whole disk without partitions, and what is in it.
public struct DiskPart: Hashable, Sendable {
    /// Its entry in the table; nil for a whole disk.
    public let partition: Partition?
    /// What libblkid recognises; nil for nothing.
    public let fileSystem: FileSystem?
    /// LVM's own record.
    public let volume: PhysicalVolume?

    private static let volumeType = "LVM2_member"
    /// What holds guests or a storage domain whatever is in it.
    private static let protectedTypes = [
        "VMFS_volume_member": "VMFS", "VMFS": "VMFS", "zfs_member": "ZFS", "ceph_bluestore": "Ceph", "drbd": "DRBD",
        "gfs2": "GFS2", "ocfs2": "OCFS2",
    ]

    init(_ path: String, partition: Partition?, diskSize: Int) {
        let offset = partition?.start ?? 0
        let size = partition?.size ?? diskSize
        self.partition = partition
        // What cannot be read shows when it is written to.
        fileSystem = (try? FileSystem.probe(path, offset: offset, size: size)) ?? nil
        volume = fileSystem?.type == Self.volumeType ? PhysicalVolume.read(path, offset: offset, size: size) : nil
    }

    init(partition: Partition?, fileSystem: FileSystem?, volume: PhysicalVolume? = nil) {
        self.partition = partition
        self.fileSystem = fileSystem
        self.volume = volume
    }

    /// The name under which its data must be given up, when it has guests' data or a storage domain; nil for anything else.
    ///
    /// It is printable, whatever the disk says: people see it and type it.
    public var protectedName: String? {
        func name(_ candidates: String?...) -> String? {
            candidates.lazy.compactMap(\.self).map(DeviceText.trimmed).first { !$0.isEmpty }
        }
        if let volume, volume.isStorageDomain { return name(volume.group, "storage-domain") }
        guard let fileSystem else { return nil }
        // A volume of a group that only its other volumes name.
        if fileSystem.type == Self.volumeType, volume?.hidesGroup ?? true { return name(fileSystem.identifier, "LVM") }
        if partition?.role == .data { return name(fileSystem.label, "data") }
        guard let word = Self.protectedTypes[fileSystem.type] else { return nil }
        return name(fileSystem.label, fileSystem.identifier, word)
    }

    /// In a few words: `ext4 "root"`, `LVM "guests", a storage domain`.
    public var summary: String {
        let name = partition.map { $0.name.isEmpty ? "" : " \"\(DeviceText.trimmed($0.name))\"" } ?? ""
        guard let fileSystem else { return partition == nil ? "nothing" : "unknown data" + name }
        if let volume {
            let domain = volume.isStorageDomain ? ", a storage domain" : ""
            let group = volume.group.map { " \"\($0)\"" } ?? (volume.hidesGroup ? " of an unknown group" : "")
            return "LVM" + group + domain
        }
        let label = fileSystem.label.map { " \"\(DeviceText.trimmed($0))\"" } ?? name
        switch fileSystem.type {
        case "linux_raid_member": return "a member of a RAID" + label
        case "mpath_member": return "a path of a multipath disk"
        case "crypto_LUKS": return "encrypted data" + label
        case FileSystem.several: return "several file systems in the same place" + name
        case "DM_verity_hash": return "a hash tree" + name
        default: return (Self.protectedTypes[fileSystem.type] ?? fileSystem.type) + label
        }
    }
}
