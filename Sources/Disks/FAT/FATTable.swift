import Host

/// The table of a FAT32 file system that is changed: what follows each cluster.
struct FATTable {
    /// The last cluster of a file.
    static let end: UInt32 = 0x0FFF_FFFF
    /// A cluster that the disk cannot store anything in.
    private static let bad: UInt32 = 0x0FFF_FFF7
    /// The highest four bits of an entry are not ours.
    private static let mask: UInt32 = 0x0FFF_FFFF

    let sector: Int
    let clusterSize: Int
    /// The numbers of all clusters.
    let clusters: Range<Int>
    /// The first cluster of the root folder.
    let root: Int
    private let disk: DiskFile
    private let name: String
    private let dataStart: Int
    /// Where each copy begins.
    private let copies: [Int]
    private let information: Int
    private var values: [UInt32]
    /// Sectors of the table that are not yet, or not in each copy, as they are here.
    private var dirty: Set<Int> = []

    /// Reads the table.
    ///
    /// - Parameters:
    ///   - offset: the first byte of the file system
    ///   - name: of the disk, for messages
    init(_ disk: DiskFile, offset: Int, name: String) throws {
        let boot = try disk.read(512, at: offset)
        func number(_ place: Int, _ width: Int) -> Int {
            boot.count == 512 ? (0..<width).reduce(0) { $0 | Int(boot[place + $1]) << (8 * $1) } : 0
        }
        let (sector, perCluster, reserved, tables) = (number(11, 2), number(13, 1), number(14, 2), number(16, 1))
        let (sectors, length) = (number(32, 4), number(36, 4))
        guard [512, 1024, 2048, 4096].contains(sector), perCluster > 0, (1...2).contains(tables), reserved > 1,
            number(22, 2) == 0, number(19, 2) == 0, length > 0, reserved + tables * length < sectors, boot[510] == 0x55,
            boot[511] == 0xAA
        else { throw Failure(.device, "\"\(name)\" has no FAT32 file system at byte \(offset)") }
        self.disk = disk
        self.name = name
        self.sector = sector
        clusterSize = perCluster * sector
        let count = min((sectors - reserved - tables * length) / perCluster, length * sector / 4 - 2)
        clusters = 2..<count + 2
        root = number(44, 4)
        dataStart = offset + (reserved + tables * length) * sector
        information = offset + max(1, number(48, 2)) * sector
        copies = (0..<tables).map { offset + (reserved + $0 * length) * sector }
        let size = length * sector
        let first = try disk.read(size, at: copies[0])
        guard first.count == size else { throw Failure(.device, "\"\(name)\" ends in its FAT") }
        values = first.withUnsafeBytes { bytes in
            (0..<size / 4).map { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
        }
        for copy in copies.dropFirst() {
            let other = try disk.read(size, at: copy)
            if other == first { continue }
            for start in stride(from: 0, to: size, by: sector)
            where !other[start...].starts(with: first[start..<start + sector]) {
                dirty.insert(start / sector)
            }
        }
    }

    private func bytes(ofSector number: Int) -> [UInt8] {
        values[number * sector / 4..<(number + 1) * sector / 4].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
    }

    /// What follows a cluster; 0 when it is free.
    subscript(cluster: Int) -> UInt32 {
        get { values[cluster] & Self.mask }
        set {
            values[cluster] = values[cluster] & ~Self.mask | newValue & Self.mask
            dirty.insert(cluster * 4 / sector)
        }
    }

    /// Whether a cluster can be used for something.
    func isUsable(_ cluster: Int) -> Bool { self[cluster] != Self.bad }

    /// The first byte of a cluster on the disk.
    func place(of cluster: Int) -> Int { dataStart + (cluster - clusters.lowerBound) * clusterSize }

    /// The clusters of a file or folder, in their order.
    func chain(_ first: Int) throws -> [Int] {
        var chain: [Int] = []
        var next = first
        while next < Int(Self.bad) + 1 {
            guard clusters.contains(next), isUsable(next), chain.count < clusters.count else {
                throw damage("a file has no end")
            }
            chain.append(next)
            next = Int(self[next])
        }
        return chain
    }

    /// Gives these clusters to a file, in this order.
    mutating func link(_ chain: [Int]) {
        for (cluster, next) in zip(chain, chain.dropFirst().map { UInt32($0) } + [Self.end]) { self[cluster] = next }
    }

    /// Writes what has changed, to every copy; it is durable afterwards.
    mutating func write() throws {
        for copy in copies {
            for number in dirty.sorted() { try disk.write(bytes(ofSector: number), at: copy + number * sector) }
        }
        var note = try disk.read(sector, at: information)
        if note.count == sector, note.starts(with: Array("RRaA".utf8)), note[484..<488].elementsEqual("rrAa".utf8) {
            // What follows is how many clusters are free, and where one may be: that is not known.
            let free = UInt32(clusters.count { self[$0] == 0 })
            for index in 0..<4 {
                note[488 + index] = UInt8(truncatingIfNeeded: free >> (8 * UInt32(index)))
                note[492 + index] = 0xFF
            }
            try disk.write(note, at: information)
        }
        try disk.sync()
        dirty = []
    }

    func damage(_ what: String) -> Failure {
        Failure(
            .device, "the FAT file system of \"\(name)\" is damaged: \(what)",
            hint: "fsck.fat can mend it; nothing has been written to it")
    }
}
