import Boot
import Disks
import Host
import NodeConfig

/// The disk from one of whose slots this system was started.
struct RunningDisk {
    /// The slot that runs.
    let slot: Slot
    private let path: String
    private let table: PartitionTable
    private let root: String

    /// Finds it among the disks of the machine.
    ///
    /// - Parameters:
    ///   - root: `/`, or a fixture
    ///   - disk: an image file or disk to take in its place
    /// - Throws: `.incompatible` on a live system, `.device` when the disk is gone
    init(root: String, commandLine: KernelCommandLine, disk: String? = nil) throws {
        guard let slot = commandLine["nodewright.slot"]?.lowercased().first.flatMap({ Slot(rawValue: String($0)) })
        else {
            throw Failure(
                .incompatible, "this system runs from a medium or from the network: it has no slots",
                hint: "install it to a disk, and start it from there")
        }
        self.slot = slot
        self.root = root
        let wanted = commandLine["nodewright.disk"]
        let candidates = try disk.map { [$0] } ?? DiskInventory(root: root).disks().filter(\.isBootMedium).map(\.path)
        let found = candidates.lazy.compactMap { path -> (String, PartitionTable)? in
            guard let table = (try? PartitionTable.read(Path.join(disk == nil ? root : "", path))) ?? nil,
                wanted == nil || table.identifier.lowercased() == wanted?.lowercased()
            else { return nil }
            return (path, table)
        }.first
        guard let found else {
            throw Failure(
                .device, "the disk that this node was started from (\(wanted ?? "unknown")) was not found",
                hint: "is it still there? \"nodectl status\" says what is wrong with it")
        }
        (path, table) = found
    }

    /// Whether it was made for two slots; a stick has one.
    var hasTwoSlots: Bool { table.partitions.contains { $0.role == .rootB } }

    /// Where everything lies on it.
    ///
    /// - Throws: `.incompatible` when it is not the disk of a node with two slots
    var layout: DiskLayout {
        get throws {
            let end = table.partitions.map { $0.start + $0.size }.max() ?? 0
            guard let layout = DiskLayout(table, size: end) else {
                throw Failure(
                    .incompatible, "the disk \(path) does not have the layout of a node with two slots",
                    hint: "install this node anew; its state can be kept")
            }
            return layout
        }
    }

    /// - Throws: `.device` when the table has none of this role
    func partition(of role: PartitionRole) throws -> Partition {
        guard let partition = table.partitions.first(where: { $0.role == role }) else {
            throw Failure(.device, "the disk \(path) has no partition \"\(role.name)\"")
        }
        return partition
    }

    /// Where a partition is: a device or image file, and its first byte in that.
    ///
    /// - Throws: `.device` when the table has none of this role
    func place(of role: PartitionRole) throws -> (path: String, offset: Int) {
        let partition = try partition(of: role)
        // The partition's own device where the kernel has one, so that its cache is the one that a mount uses, too.
        let folder = Path.join(root, "sys/class/block/\(Path.name(path))")
        let names = (try? Folder.list(folder)) ?? []
        let name = names.first {
            SystemFile.line(Path.join(folder, $0 + "/partition")) == String(partition.number)
        }
        return name.map { ("/dev/" + $0, 0) } ?? (path, partition.start)
    }
}
