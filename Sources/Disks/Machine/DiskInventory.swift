import Glibc
import Host

/// The disks of this machine, from sysfs, udev's records and the disks themselves.
public struct DiskInventory {
    /// Where the running system has what it was started from (DESIGN.md §6a).
    private static let systemPlaces: Set<String> = ["/", "/run/nodewright/medium", "/run/nodewright/state"]
    /// Names that are no disks: optical drives, memory, network block devices without a server.
    private static let otherNames = ["sr", "ram", "zram", "fd", "nbd", "loop"]

    private let root: String
    private let mounts: [String: [String]]
    private let swaps: Set<String>

    /// - Parameter root: `/`, or a fixture
    public init(root: String = "/") {
        self.root = root
        var mounts: [String: [String]] = [:]
        // proc(5): id, parent, major:minor, root, mount point, …
        for fields in Self.lines(Path.join(root, "proc/self/mountinfo")) where fields.count > 4 {
            mounts[fields[2], default: []].append(fields[4])
        }
        self.mounts = mounts
        swaps = Set(Self.lines(Path.join(root, "proc/swaps")).compactMap(\.first).map(Path.name))
    }

    private static func lines(_ path: String) -> [[String]] {
        let text = String(decoding: (try? File.read(path, limit: 1 << 22)) ?? [], as: UTF8.self)
        return text.split(separator: "\n").map { line in
            line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        }
    }

    /// All disks that could be installed to, by name; also those that must not be.
    ///
    /// - Throws: when sysfs cannot be read
    public func disks() throws -> [Disk] {
        let folder = Path.join(root, "sys/block")
        return try Folder.list(folder).filter(isDisk).compactMap(disk).filter { $0.size > 0 }
    }

    private func isDisk(_ name: String) -> Bool {
        if name.hasPrefix("dm-") { return mapping(name)?.hasPrefix("mpath-") == true }
        // A part of an eMMC that only firmware writes; a path to an NVMe disk that has several.
        if name.hasPrefix("mmcblk"), name.contains("boot") || name.contains("rpmb") { return false }
        if name.hasPrefix("nvme"), name.contains("c") { return false }
        return !Self.otherNames.contains(where: name.hasPrefix)
    }

    /// The disk that a path leads to, whatever kind it is.
    ///
    /// - Throws: when it is no disk
    public func disk(at path: String) throws -> Disk {
        guard File.exists(Path.join(root, path)) else {
            throw Failure(.invalidInput, "there is no disk \"\(path)\"", hint: "nodectl install --list shows them")
        }
        let real = realPath(path)
        if File.kind(Path.join(root, real)) == .regular, root == "/" { return try file(real) }
        let name =
            real.hasPrefix("/dev/mapper/")
            ? try Folder.list(Path.join(root, "sys/block")).first { mapperPath($0) == real } ?? ""
            : String(real.dropFirst("/dev/".count)).replacing("/", with: "!")
        if let disk = disk(name) { return disk }
        let isPartition = File.exists(Path.join(root, "sys/class/block/\(name)/partition"))
        throw Failure(
            .invalidInput, "\"\(path)\" is " + (isPartition ? "a partition, not a disk" : "no disk"),
            hint: "name the whole disk; nodectl install --list shows them")
    }

    /// A file that stands for a disk.
    private func file(_ path: String) throws -> Disk {
        let size = try File.size(path)
        let found = Self.content(path, size: size)
        return Disk(
            path: path, name: Path.name(path), size: size, logicalSector: 512, physicalSector: 512, model: nil,
            serial: nil, wwn: nil, transport: .loop, isReadOnly: access(path, W_OK) != 0, isRemovable: false, links: [],
            tableKind: found.table?.kind, tableIdentifier: found.table?.identifier.lowercased(), parts: found.parts,
            uses: [], isBootMedium: false,
            unfinished: UnfinishedMark.read(path), isReadable: access(path, R_OK) == 0)
    }

    /// The disk of this name; nil when sysfs has none.
    private func disk(_ name: String) -> Disk? {
        let folder = Path.join(root, "sys/block/\(name)")
        guard !name.isEmpty, !name.contains("/"), File.exists(folder),
            let sectors = DeviceText.read(folder + "/size").flatMap({ Int($0) }), sectors < 1 << 53
        else { return nil }
        let devices = DeviceText.read(folder + "/dev") ?? ""
        let record = UdevRecord((try? File.read(Path.join(root, "run/udev/data/b\(devices)"), limit: 1 << 20)) ?? [])
        let mapping = mapping(name)
        let path = mapperPath(name) ?? "/dev/" + name.replacing("!", with: "/")
        let size = sectors * 512
        let device = Path.join(root, path)
        // Nothing is read from a drive without a medium, which waits for one.
        let found = size == 0 ? (table: nil, parts: []) : Self.content(device, size: size)
        func number(_ file: String) -> Int? { DeviceText.read(Path.join(folder, file)).flatMap { Int($0) } }
        let uses = uses(name)
        return Disk(
            path: path, name: name, size: size, logicalSector: number("queue/logical_block_size") ?? 512,
            physicalSector: number("queue/physical_block_size") ?? 512,
            model: DeviceText.read(folder + "/device/model") ?? record.text("ID_MODEL", "DM_MODEL"),
            serial: record.text("ID_SCSI_SERIAL", "ID_SERIAL_SHORT", "DM_SERIAL", "ID_SERIAL")
                ?? DeviceText.read(folder + "/device/serial") ?? DeviceText.read(folder + "/serial"),
            wwn: record.text("ID_WWN_WITH_EXTENSION", "ID_WWN", "DM_WWN") ?? DeviceText.read(folder + "/wwid")
                ?? DeviceText.read(folder + "/device/wwid"),
            transport: DiskTransport(
                name: name, devicePath: (try? File.linkTarget(folder)) ?? "",
                fabric: DeviceText.read(folder + "/device/transport") ?? DeviceText.read(folder + "/transport"),
                mapping: mapping, bus: record.text("ID_BUS")),
            isReadOnly: number("ro") == 1, isRemovable: number("removable") == 1, links: record.links,
            tableKind: found.table?.kind, tableIdentifier: found.table?.identifier.lowercased(), parts: found.parts,
            uses: uses.all, isBootMedium: uses.isSystem,
            unfinished: size > 0 ? UnfinishedMark.read(device) : nil,
            isReadable: size == 0 || (try? File.read(device, at: 0, count: 4096))?.isEmpty == false)
    }

    private static func content(_ device: String, size: Int) -> (table: PartitionTable?, parts: [DiskPart]) {
        // A FAT or an ISO 9660 has a table in its first sector, or what looks like one: a table without partitions is none.
        let table = (try? PartitionTable.read(device)) ?? nil
        if let table, table.kind != "dos" || !table.partitions.isEmpty {
            return (table, table.partitions.map { DiskPart(device, partition: $0, diskSize: size) })
        }
        let whole = DiskPart(device, partition: nil, diskSize: size)
        return (nil, whole.fileSystem == nil ? [] : [whole])
    }

    // MARK: Who uses it

    /// Mounts, swap and mappings over a disk and over its partitions.
    private func uses(_ name: String) -> (all: [DiskUse], isSystem: Bool) {
        let folder = Path.join(root, "sys/block/\(name)")
        var found: [DiskUse] = []
        var isSystem = false
        func visit(_ folder: String, _ device: String, _ depth: Int) {
            let places = mounts[DeviceText.read(folder + "/dev") ?? ""] ?? []
            isSystem = isSystem || places.contains(where: Self.systemPlaces.contains)
            found += places.prefix(1).map { .mounted(device: device, place: $0) }
            if swaps.contains(device) || (mapperPath(device).map { swaps.contains(Path.name($0)) } ?? false) {
                found.append(.swap(device: device))
            }
            // Mappings over mappings end somewhere; a damaged sysfs need not.
            guard depth < 8 else { return }
            for holder in (try? Folder.list(folder + "/holders")) ?? [] {
                let mapping = mapping(holder) ?? ""
                let path = mapperPath(holder) ?? "/dev/" + holder
                if mapping.hasPrefix("mpath-") {
                    found.append(.path(of: path))
                } else if !(mapping.hasPrefix("part") && mapping.contains("-mpath-")) {
                    found.append(.held(device: device, by: Path.name(path)))
                }
                visit(Path.join(root, "sys/block/\(holder)"), holder, depth + 1)
            }
        }
        visit(folder, name, 0)
        for part in (try? Folder.list(folder)) ?? [] where File.exists(Path.join(folder, part + "/partition")) {
            visit(Path.join(folder, part), part, 0)
        }
        return (found, isSystem)
    }

    /// `dm/uuid`: `mpath-3600…`, `part1-mpath-3600…`, `LVM-…`.
    private func mapping(_ name: String) -> String? { DeviceText.read(Path.join(root, "sys/block/\(name)/dm/uuid")) }

    private func mapperPath(_ name: String) -> String? {
        DeviceText.read(Path.join(root, "sys/block/\(name)/dm/name")).map { "/dev/mapper/" + $0 }
    }

    /// Where the links at a path below `/dev` end.
    private func realPath(_ path: String) -> String {
        var path = Path.normalized(path)
        for _ in 0..<16 {
            // device-mapper's own names are links, too, and what people know.
            if path.hasPrefix("/dev/mapper/") || File.kind(Path.join(root, path)) != .link { break }
            guard let target = try? File.linkTarget(Path.join(root, path)) else { break }
            path =
                target.hasPrefix("/") ? Path.normalized(target) : Path.normalized(Path.join(Path.parent(path), target))
        }
        // udev's links to a mapping lead to its plain name.
        return path.hasPrefix("/dev/dm-") ? mapperPath(Path.name(path)) ?? path : path
    }
}
