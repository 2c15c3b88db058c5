import Host

/// Adds and removes files of a FAT32 file system where it lies, without a mount, so that a power cut leaves every file whole or
/// not there.
///
/// The kernel's vfat writes in an order of its own, and does not flush the disk's cache for `syncfs`. Here the content of a file
/// goes to clusters that nothing names, then the table, and its name comes last, each after a flush; what is removed loses its
/// name first. So a cut leaves at most clusters that nobody has: which ones are free is found out from the folders, and the table
/// is put right with the next file.
public struct FATEditor {
    /// Clusters that were given out for a file.
    public struct Space: Sendable {
        /// Bytes of the file.
        public let size: Int
        /// Where they lie, in their order: ranges of bytes of the disk or image file.
        public let places: [Range<Int>]
        let clusters: [Int]
    }

    let disk: DiskFile
    var table: FATTable
    private var isUsed: [Bool]

    /// Opens a file system; only what changes is written.
    ///
    /// - Throws: `.device` when it is none, or when its folders do not fit its table
    public init(_ path: String, offset: Int = 0) throws {
        disk = try DiskFile(path)
        table = try FATTable(disk, offset: offset, name: path)
        isUsed = [Bool](repeating: false, count: table.clusters.upperBound)
        try find(table.root, "/")
    }

    /// Notes what a folder and everything in it use.
    private mutating func find(_ first: Int, _ name: String) throws {
        for entry in try entries(use(first)) {
            let path = Path.join(name, entry.name)
            if entry.isFolder {
                try find(entry.cluster, path)
            } else if entry.cluster > 0 || entry.size > 0 {
                guard try use(entry.cluster).count * table.clusterSize >= entry.size else {
                    throw table.damage("\"\(path)\" ends too early")
                }
            }
        }
    }

    private mutating func use(_ first: Int) throws -> [Int] {
        let chain = try table.chain(first)
        for cluster in chain {
            if isUsed[cluster] { throw table.damage("two files have the same cluster") }
            isUsed[cluster] = true
        }
        return chain
    }

    /// Finds room for a file; nothing is written for it yet. The same file system gives the same places again.
    ///
    /// - Throws: `.device` when there is none
    public mutating func allocate(_ size: Int) throws -> Space {
        let count = (size + table.clusterSize - 1) / table.clusterSize
        var chosen: [Int] = []
        for cluster in table.clusters where chosen.count < count && !isUsed[cluster] && table.isUsable(cluster) {
            chosen.append(cluster)
        }
        guard chosen.count == count else {
            throw Failure(
                .device,
                "the EFI system partition is too small: it has room for \(chosen.count * table.clusterSize >> 20) MiB, and \(size >> 20) are needed",
                hint: "install this node anew with a larger one; its state can be kept")
        }
        var places: [Range<Int>] = []
        var rest = size
        for cluster in chosen {
            isUsed[cluster] = true
            let start = table.place(of: cluster)
            let end = start + min(rest, table.clusterSize)
            if let last = places.last, last.upperBound == start {
                places[places.count - 1] = last.lowerBound..<end
            } else {
                places.append(start..<end)
            }
            rest -= end - start
        }
        return Space(size: size, places: places, clusters: chosen)
    }

    /// Writes a small file to its place.
    public func write(_ bytes: [UInt8], to space: Space) throws {
        var rest = bytes[...]
        for place in space.places {
            try disk.write(rest.prefix(place.count), at: place.lowerBound)
            rest = rest.dropFirst(place.count)
        }
    }

    /// Gives files that have been written their names, all at once or, in a power cut, some of them. It is durable afterwards.
    ///
    /// - Parameter folder: made when it is missing
    public mutating func add(_ files: [(name: String, space: Space)], to folder: String) throws {
        var clusters = try self.folder(folder) ?? create(folder)
        try disk.sync()
        for file in files { table.link(file.space.clusters) }
        try writeTable()
        let items = files.map {
            FATItem(
                name: $0.name, attributes: FATEntry.file, cluster: $0.space.clusters.first ?? 0, size: $0.space.size)
        }
        try add(items, to: &clusters)
    }

    /// Writes the table: what nobody has is free.
    private mutating func writeTable() throws {
        for cluster in table.clusters where !isUsed[cluster] && table[cluster] != 0 && table.isUsable(cluster) {
            table[cluster] = 0
        }
        try table.write()
    }

    /// Removes the files of a folder that are there and have these names, or all of them. It is durable afterwards.
    public mutating func remove(_ names: [String]? = nil, from folder: String) throws {
        guard let clusters = try self.folder(folder) else { return }
        let before = try bytes(clusters)
        var after = before
        let wanted = names.map { Set($0.map { $0.uppercased() }) }
        for entry in FATReader.parse(before, is32: true) where !entry.isFolder {
            if let wanted, !wanted.contains(entry.name.uppercased()) { continue }
            for slot in entry.slots { after[slot * FATEntry.size] = 0xE5 }
            if entry.cluster > 0 { for cluster in try table.chain(entry.cluster) { isUsed[cluster] = false } }
        }
        try replace(before, by: after, in: clusters)
    }

    private mutating func create(_ path: String) throws -> [Int] {
        let parent = Path.parent(path)
        var above = try folder(parent) ?? create(parent)
        let space = try allocate(table.clusterSize)
        let time = FATWriter.fatTime(wallClockSeconds())
        func dots(_ name: String, _ cluster: Int) -> [UInt8] {
            let short = Array((Array(name.utf8) + [UInt8](repeating: 0x20, count: 11)).prefix(11))
            return FATEntry.bytes(short, FATEntry.folder, cluster: cluster, size: 0, time: time)
        }
        // The root counts as 0 there.
        let own = dots(".", space.clusters[0]) + dots("..", above[0] == table.root ? 0 : above[0])
        try write(own + [UInt8](repeating: 0, count: table.clusterSize - own.count), to: space)
        try disk.sync()
        table.link(space.clusters)
        try writeTable()
        try add(
            [FATItem(name: Path.name(path), attributes: FATEntry.folder, cluster: space.clusters[0], size: 0)],
            to: &above)
        return space.clusters
    }

    /// Makes a folder longer by a cluster.
    mutating func grow(_ clusters: inout [Int]) throws {
        let space = try allocate(table.clusterSize)
        try write([UInt8](repeating: 0, count: table.clusterSize), to: space)
        try disk.sync()
        table.link(space.clusters)
        try writeTable()
        // Only now: a folder must not go on in a cluster that the table does not know.
        clusters += space.clusters
        table.link(clusters)
        try writeTable()
    }
}
