import Host

/// Reads files of a FAT16 or FAT32 file system at a place of a disk or an image file, without a mount.
public struct FATReader {
    /// Something in a folder.
    public struct Entry: Hashable, Sendable {
        /// Its name; FAT does not tell small letters from capitals.
        public let name: String
        /// Whether it is a folder.
        public let isFolder: Bool
        /// Bytes of a file.
        public let size: Int
        let cluster: Int
        /// Its entries in the folder, those of a long name among them.
        let slots: Range<Int>
        /// The 11 bytes of its short name.
        let short: [UInt8]
    }

    private let path: String
    private let offset: Int
    private let clusterSize: Int
    private let dataStart: Int
    private let clusters: Int
    private let is32: Bool
    private let table: [UInt8]
    /// FAT16's root folder has a place of its own; FAT32's is a chain like any other.
    private let root: (start: Int, size: Int, cluster: Int)

    /// Opens a file system.
    ///
    /// - Throws: `.device` when it is damaged, or none
    public init(_ path: String, offset: Int = 0) throws {
        let boot = try File.read(path, at: offset, count: 512)
        func number(_ place: Int, _ width: Int) -> Int {
            boot.count == 512 ? (0..<width).reduce(0) { $0 | Int(boot[place + $1]) << (8 * $1) } : 0
        }
        let sector = number(11, 2)
        let perCluster = number(13, 1)
        let reserved = number(14, 2)
        let tables = number(16, 1)
        let rootEntries = number(17, 2)
        let sectors = number(19, 2) == 0 ? number(32, 4) : number(19, 2)
        let tableSectors = number(22, 2) == 0 ? number(36, 4) : number(22, 2)
        let rootSectors = sector == 0 ? 0 : (rootEntries * 32 + sector - 1) / sector
        let before = reserved + tables * tableSectors + rootSectors
        guard [512, 1024, 2048, 4096].contains(sector), perCluster > 0, (1...2).contains(tables), reserved > 0,
            tableSectors > 0, before < sectors, boot[510] == 0x55, boot[511] == 0xAA
        else { throw Failure(.device, "\"\(path)\" has no FAT file system at byte \(offset)") }
        self.path = path
        self.offset = offset
        clusterSize = perCluster * sector
        clusters = (sectors - before) / perCluster
        dataStart = offset + before * sector
        is32 = number(22, 2) == 0
        let entryBits = is32 ? 32 : 16
        guard is32 || clusters >= 4085 else {
            throw Failure(
                .incompatible, "\"\(path)\" has a FAT12 file system at byte \(offset), which is not read here")
        }
        let used = min(tableSectors * sector, (clusters + 2) * entryBits / 8)
        table = try File.read(path, at: offset + reserved * sector, count: used)
        root = (offset + (reserved + tables * tableSectors) * sector, rootEntries * 32, is32 ? number(44, 4) : 0)
    }

    /// What is in a folder: `/EFI/BOOT`.
    ///
    /// - Throws: `.invalidInput` when there is no such folder, `.device` when it is damaged
    public func list(_ folder: String) throws -> [Entry] {
        var entries = try Self.parse(rootBytes(), is32: is32)
        for name in folder.split(separator: "/") {
            guard let found = Self.find(String(name), in: entries), found.isFolder else {
                throw Failure(.invalidInput, "there is no folder \"\(folder)\" on the EFI system partition")
            }
            entries = try Self.parse(chain(found.cluster, limit: 4 << 20), is32: is32)
        }
        return entries
    }

    /// The content of a file.
    ///
    /// - Throws: `.invalidInput` when there is no such file, `.device` when it is damaged
    public func read(_ file: String, limit: Int = 512 << 20) throws -> [UInt8] {
        guard let entry = Self.find(Path.name(file), in: try list(Path.parent(file))), !entry.isFolder else {
            throw Failure(.invalidInput, "there is no file \"\(file)\" on the EFI system partition")
        }
        guard entry.size <= limit else { throw damage("\"\(file)\" is too large") }
        if entry.size == 0 { return [] }
        let bytes = try chain(entry.cluster, limit: entry.size)
        guard bytes.count == entry.size else { throw damage("\"\(file)\" ends too early") }
        return bytes
    }

    /// Where the bytes of a file lie, in their order, as ranges of bytes of the disk or image file: for what is overwritten in
    /// its place.
    ///
    /// - Throws: `.invalidInput` when there is no such file, `.device` when it is damaged
    public func places(_ file: String) throws -> [Range<Int>] {
        guard let entry = Self.find(Path.name(file), in: try list(Path.parent(file))), !entry.isFolder else {
            throw Failure(.invalidInput, "there is no file \"\(file)\" on the EFI system partition")
        }
        var places: [Range<Int>] = []
        var cluster = entry.cluster
        var rest = entry.size
        while rest > 0 {
            // The size bounds the chain, also one that runs in a circle.
            guard cluster >= 2, cluster < clusters + 2 else { throw damage("\"\(file)\" ends too early") }
            let start = dataStart + (cluster - 2) * clusterSize
            let end = start + min(rest, clusterSize)
            if let last = places.last, last.upperBound == start {
                places[places.count - 1] = last.lowerBound..<end
            } else {
                places.append(start..<end)
            }
            rest -= end - start
            cluster = next(cluster)
        }
        return places
    }

    /// Whether there is such a file.
    public func has(_ file: String) -> Bool {
        ((try? list(Path.parent(file))).flatMap { Self.find(Path.name(file), in: $0) })?.isFolder == false
    }

    private static func find(_ name: String, in entries: [Entry]) -> Entry? {
        entries.first { $0.name.uppercased() == name.uppercased() }
    }

    private func damage(_ what: String) -> Failure {
        Failure(.device, "the FAT file system of \"\(path)\" at byte \(offset) is damaged: \(what)")
    }

    private func rootBytes() throws -> [UInt8] {
        is32 ? try chain(root.cluster, limit: 4 << 20) : try File.read(path, at: root.start, count: root.size)
    }

    /// The bytes of a chain of clusters, at most `limit` of them.
    private func chain(_ first: Int, limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var cluster = first
        var seen = 0
        while bytes.count < limit, cluster >= 2, cluster < clusters + 2 {
            seen += 1
            guard seen <= clusters else { throw damage("a chain of clusters has no end") }
            // Clusters that follow each other are read at once.
            var last = cluster
            while last - cluster < 1024, next(last) == last + 1, last + 1 < clusters + 2 { last += 1 }
            let count = min((last - cluster + 1) * clusterSize, limit - bytes.count)
            bytes += try File.read(path, at: dataStart + (cluster - 2) * clusterSize, count: count)
            seen += last - cluster
            cluster = next(last)
        }
        return bytes
    }

    private func next(_ cluster: Int) -> Int {
        let width = is32 ? 4 : 2
        let place = cluster * width
        guard place + width <= table.count else { return 0 }
        let value = (0..<width).reduce(0) { $0 | Int(table[place + $1]) << (8 * $1) }
        return is32 ? value & 0x0FFF_FFFF : value
    }

    /// What the bytes of a folder say.
    static func parse(_ bytes: [UInt8], is32: Bool) -> [Entry] {
        var found: [Entry] = []
        var long: [UInt16] = []
        var longs = 0
        var checksum: UInt8 = 0
        for start in stride(from: 0, to: bytes.count - 31, by: 32) {
            let entry = bytes[start..<start + 32]
            let attributes = bytes[start + 11]
            if bytes[start] == 0 { break }
            if bytes[start] == 0xE5 {
                (long, longs) = ([], 0)
            } else if attributes & 0x3F == 0x0F {
                if bytes[start] & 0x40 != 0 { (long, longs) = ([], 0) }
                long = FATName.units(entry) + long
                longs += 1
                checksum = bytes[start + 13]
            } else {
                let short = Array(entry.prefix(11))
                let isLong = !long.isEmpty && checksum == FATName.checksum(short)
                let name =
                    isLong
                    ? String(decoding: long.prefix { $0 != 0 && $0 != 0xFFFF }, as: UTF16.self)
                    : FATName.text(short[...])
                let slot = start / 32
                let first = isLong ? slot - longs : slot
                (long, longs) = ([], 0)
                if attributes & 0x08 != 0 || name == "." || name == ".." { continue }
                func number(_ place: Int, _ width: Int) -> Int {
                    (0..<width).reduce(0) { $0 | Int(bytes[start + place + $1]) << (8 * $1) }
                }
                found.append(
                    Entry(
                        name: name, isFolder: attributes & 0x10 != 0, size: number(28, 4),
                        cluster: number(26, 2) | (is32 ? number(20, 2) << 16 : 0), slots: first..<slot + 1,
                        short: short))
            }
        }
        return found
    }
}
