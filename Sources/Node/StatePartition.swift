import Disks
import Host
public import NodeConfig

/// The partition that holds what survives an upgrade, as the initramfs has mounted it.
public struct StatePartition: Sendable {
    /// Where the initramfs mounts it, or memory in its place.
    public static let mountPoint = "/run/nodewright/state"

    /// The folder that outlasts a restart, or memory that stands for it; nil on a live system, which has none.
    ///
    /// - Parameter root: `/`, where a root is mounted, or a fixture
    static func folder(root: String) -> String? {
        let folder = Path.join(root, mountPoint)
        return File.kind(folder) == .folder ? folder : nil
    }

    /// Where the running slot keeps its configurations; a live system has no slots, and uses the place of slot A.
    public static func configurationFolder(_ commandLine: KernelCommandLine) -> String {
        let slot = commandLine["nodewright.slot"]?.lowercased() == "b" ? "b" : "a"
        return Path.join(mountPoint, "config/\(slot)")
    }

    /// The kernel's name of the partition: `vda7`.
    public let name: String
    /// `ext4` or `xfs`.
    public let fileSystem: String
    /// `/dev/vda`.
    public let disk: String
    /// The number of the partition.
    public let number: Int

    /// Finds it among the mounted file systems; nil when memory stands in its place, or the system is live.
    ///
    /// - Parameter root: `/`, or a fixture
    public init?(root: String) {
        guard
            let mounted = MountEntry.all(root: root).last(where: { $0.part == "/" && $0.place == Self.mountPoint })
        else { return nil }
        let device = Path.join(root, "sys/dev/block/\(mounted.device)")
        guard let target = try? File.linkTarget(device),
            let number = SystemFile.line(Path.join(device, "partition")).flatMap({ Int($0) })
        else { return nil }
        name = Path.name(target)
        disk = "/dev/" + Path.name(Path.parent(target))
        self.number = number
        fileSystem = mounted.fileSystem
    }

    /// Gives the partition what is free behind it on the disk, and the file system what is free in the partition; both
    /// while they are in use.
    ///
    /// - Returns: how the partition has grown; nil when it has not
    /// - Throws: when the partition table is damaged or the file system cannot be enlarged
    public func grow() throws -> PartitionGrowth? {
        let growth = try PartitionGrowth.grow(disk: disk, partition: number)
        // Also when the partition is as large as it can be: an earlier attempt may have ended between the two.
        if fileSystem == "xfs" {
            try Command("xfs_growfs", [Self.mountPoint]).run().check(.device)
        } else {
            try Command("resize2fs", ["/dev/" + name]).run().check(.device)
        }
        return growth
    }
}
