import Host

/// Makes a FAT32 file system with files in it, at a place of a disk or an image file: no mount, no root, and the same bytes
/// for the same files.
///
/// The kernel of a node could mount and write it, too; but then nobody would decide what is written in which order.
public struct FATWriter {
    private let geometry: FATGeometry
    private let disk: DiskFile
    private let offset: Int
    private let date: Int
    private let time: Int
    private var table: [UInt32] = [0x0FFF_FFF8, 0x0FFF_FFFF]

    private final class Item {
        let name: String
        let content: FATFile.Content?
        var items: [Item] = []
        var cluster = 0
        var size = 0

        init(_ name: String, _ content: FATFile.Content?) {
            self.name = name
            self.content = content
        }
    }

    /// Writes the file system.
    ///
    /// - Parameters:
    ///   - files: what is in it; their folders are made
    ///   - offset: the first byte of the partition
    ///   - size: the bytes of the partition
    ///   - sector: the bytes of the disk's sectors: the kernel mounts no file system with smaller ones
    ///   - epoch: seconds since 1970: every time in it
    ///   - skipsZeros: whether the place is known to hold zeros
    /// - Throws: when the files do not fit, or cannot be read or written
    public static func write(
        _ files: [FATFile], to disk: DiskFile, offset: Int, size: Int, sector: Int = 512, label: String, serial: UInt32,
        epoch: Int, skipsZeros: Bool
    ) throws {
        var writer = try FATWriter(disk: disk, offset: offset, size: size, sector: sector, epoch: epoch)
        let root = try tree(files)
        try writer.place(root)
        let count = writer.table.count - 2
        guard count <= writer.geometry.clusters else {
            throw Failure(
                .device,
                "the files for the EFI system partition (\(count * writer.geometry.clusterSize >> 20) MiB) do not fit"
                    + " into it (\(size >> 20) MiB)", hint: "make it larger (image: sizes: esp)")
        }
        try writer.write(root, parent: nil, label: Self.padded(label))
        try writer.writeTables(label: Self.padded(label), serial: serial, skipsZeros: skipsZeros)
    }

    /// Looks whether a partition is large enough for the file system itself.
    ///
    /// - Throws: `.invalidInput` when it is not
    public static func checkSize(_ size: Int, sector: Int) throws { _ = try FATGeometry(size: size, sector: sector) }

    private init(disk: DiskFile, offset: Int, size: Int, sector: Int, epoch: Int) throws {
        geometry = try FATGeometry(size: size, sector: sector)
        self.disk = disk
        self.offset = offset
        (date, time) = Self.fatTime(epoch)
    }

    private static func tree(_ files: [FATFile]) throws -> Item {
        let root = Item("", nil)
        for file in files {
            var folder = root
            let names = file.path.split(separator: "/").map(String.init)
            for name in names.dropLast() {
                if let found = folder.items.first(where: { $0.name.uppercased() == name.uppercased() }) {
                    folder = found
                } else {
                    let made = Item(name, nil)
                    folder.items.append(made)
                    folder = made
                }
            }
            let name = names.last ?? ""
            guard !name.isEmpty, name.utf16.count <= 255,
                !folder.items.contains(where: { $0.name.uppercased() == name.uppercased() })
            else { throw Failure(.internalError, "\"\(file.path)\" cannot be put on the EFI system partition") }
            let item = Item(name, file.content)
            item.size = try file.content.size()
            guard item.size < 1 << 32 else { throw Failure(.incompatible, "\"\(file.path)\" is too large for FAT32") }
            folder.items.append(item)
        }
        return root
    }

    /// Gives everything its clusters, one behind the other: folders before what is in them.
    private mutating func place(_ item: Item, isRoot: Bool = true) throws {
        if item.content == nil {
            var taken: Set<[UInt8]> = []
            let own = item.items.reduce(0) { $0 + FATName.entries($1.name, taken: &taken).long.count + 1 }
            // The label in the root; `.` and `..` elsewhere.
            item.size = (own + (isRoot ? 1 : 2)) * 32
        }
        let count = (item.size + geometry.clusterSize - 1) / geometry.clusterSize
        if count > 0 {
            item.cluster = table.count
            for index in 1...count { table.append(index == count ? 0x0FFF_FFFF : UInt32(item.cluster + index)) }
        }
        for child in item.items { try place(child, isRoot: false) }
    }

    private func write(_ item: Item, parent: Item?, label: [UInt8]) throws {
        let place = offset + geometry.offset(ofCluster: item.cluster)
        switch item.content {
        case .bytes(let bytes): if !bytes.isEmpty { try disk.write(bytes, at: place) }
        case .file(let path): try disk.write(contentOf: path, at: place, skipsZeros: false)
        case nil:
            var taken: Set<[UInt8]> = []
            var bytes: [UInt8] = []
            if let parent {
                bytes += entry(Self.padded("."), FATEntry.folder, item.cluster, 0)
                // The root counts as 0 there.
                bytes += entry(Self.padded(".."), FATEntry.folder, parent.name.isEmpty ? 0 : parent.cluster, 0)
            } else {
                bytes += entry(label, 0x08, 0, 0)
            }
            for child in item.items {
                let (long, short) = FATName.entries(child.name, taken: &taken)
                for part in long { bytes += part }
                bytes += entry(
                    short, child.content == nil ? FATEntry.folder : FATEntry.file, child.cluster,
                    child.content == nil ? 0 : child.size)
            }
            let whole = (bytes.count + geometry.clusterSize - 1) / geometry.clusterSize * geometry.clusterSize
            bytes += [UInt8](repeating: 0, count: whole - bytes.count)
            try disk.write(bytes, at: place)
            for child in item.items { try write(child, parent: item, label: label) }
        }
    }

    private func entry(_ name: [UInt8], _ attributes: UInt8, _ cluster: Int, _ size: Int) -> [UInt8] {
        FATEntry.bytes(name, attributes, cluster: cluster, size: size, time: (date, time))
    }

    private func writeTables(label: [UInt8], serial: UInt32, skipsZeros: Bool) throws {
        var bytes = table.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let whole = skipsZeros ? bytes.count : geometry.table * geometry.sector
        bytes += [UInt8](repeating: 0, count: whole - bytes.count)
        for copy in 0..<FATGeometry.tables {
            try disk.write(bytes, at: offset + (geometry.reserved + copy * geometry.table) * geometry.sector)
        }
        // Its first sector makes a file system of it: when that is on the disk, all else is.
        try disk.sync()
        var first = [UInt8](repeating: 0, count: geometry.reserved * geometry.sector)
        let boot = geometry.bootSector(label: label, serial: serial, hidden: offset / geometry.sector)
        let information = geometry.information(used: table.count - 2)
        for copy in [0, 6] {
            let start = copy * geometry.sector
            first.replaceSubrange(start..<start + geometry.sector, with: boot)
            first.replaceSubrange(start + geometry.sector..<start + 2 * geometry.sector, with: information)
        }
        try disk.write(first, at: offset)
    }

    private static func padded(_ name: String) -> [UInt8] {
        Array((Array(name.utf8) + [UInt8](repeating: 0x20, count: 11)).prefix(11))
    }

    /// Date and time as FAT counts them: from 1980 to 2107, in steps of two seconds.
    static func fatTime(_ epoch: Int) -> (date: Int, time: Int) {
        let time = CalendarTime(min(max(epoch, 315_532_800), 4_354_819_199))
        return (
            (time.year - 1980) << 9 | time.month << 5 | time.day, time.hour << 11 | time.minute << 5 | time.second / 2
        )
    }
}
