import Host

/// The sizes of a FAT32 file system (Microsoft's FAT specification of 2000).
struct FATGeometry {
    /// Fewer clusters make a FAT16 of it, whatever the header says (3.5). With some to spare.
    static let fewestClusters = 65_525 + 200
    static let tables = 2

    let sector: Int
    let sectors: Int
    let clusterSectors: Int
    /// Sectors before the first table.
    let reserved: Int
    /// Sectors of one table.
    let table: Int
    let clusters: Int

    /// The geometry of a partition: clusters of 4 KiB where it is large enough for that.
    ///
    /// - Throws: when the partition is too small for FAT32
    init(size: Int, sector: Int) throws {
        let sectors = size / sector
        for clusterSectors in [8, 4, 2, 1] where clusterSectors * sector <= max(4096, sector) {
            var table = 1
            while true {
                let clusters = (sectors - 32 - Self.tables * table) / clusterSectors
                let needed = ((clusters + 2) * 4 + sector - 1) / sector
                if needed <= table { break }
                table = needed
            }
            // Clusters begin at multiples of their size, as the disk's own sectors do.
            let reserved = 32 + (clusterSectors - (32 + Self.tables * table) % clusterSectors) % clusterSectors
            let clusters = (sectors - reserved - Self.tables * table) / clusterSectors
            guard clusters >= Self.fewestClusters else { continue }
            self.sector = sector
            self.sectors = sectors
            self.clusterSectors = clusterSectors
            self.reserved = reserved
            self.table = table
            self.clusters = clusters
            return
        }
        throw Failure(
            .invalidInput, "an EFI system partition of \(size >> 20) MiB is too small for FAT32",
            hint: "give it at least \(sector > 512 ? 272 : 64) MiB (image: sizes: esp)")
    }

    var clusterSize: Int { clusterSectors * sector }

    /// The first byte of a cluster; the first one has the number 2.
    func offset(ofCluster cluster: Int) -> Int {
        (reserved + Self.tables * table + (cluster - 2) * clusterSectors) * sector
    }

    /// The first sector, which describes all others.
    ///
    /// - Parameter hidden: sectors of the disk before the partition
    func bootSector(label: [UInt8], serial: UInt32, hidden: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: sector)
        func set(_ offset: Int, _ value: Int, _ width: Int) {
            for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
        }
        bytes.replaceSubrange(0..<11, with: [0xEB, 0x58, 0x90] + Array("mkfs.fat".utf8))
        set(11, sector, 2)
        set(13, clusterSectors, 1)
        set(14, reserved, 2)
        set(16, Self.tables, 1)
        set(21, 0xF8, 1)
        // Tracks and heads, of which nobody asks any more.
        set(24, 63, 2)
        set(26, 255, 2)
        set(28, hidden, 4)
        set(32, sectors, 4)
        set(36, table, 4)
        set(44, 2, 4)  // the root folder's cluster
        set(48, 1, 2)  // the sector with the number of free clusters
        set(50, 6, 2)  // the copy of this sector
        set(64, 0x80, 1)
        set(66, 0x29, 1)
        set(67, Int(serial), 4)
        bytes.replaceSubrange(71..<82, with: label)
        bytes.replaceSubrange(82..<90, with: Array("FAT32   ".utf8))
        // Whoever starts this sector gets no answer but the firmware's next attempt (int 18h).
        bytes.replaceSubrange(90..<94, with: [0xCD, 0x18, 0xEB, 0xFE])
        bytes[510] = 0x55
        bytes[511] = 0xAA
        return bytes
    }

    /// The sector with the number of free clusters.
    func information(used: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: sector)
        func set(_ offset: Int, _ value: UInt32) {
            for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(index))) }
        }
        set(0, 0x4161_5252)
        set(484, 0x6141_7272)
        set(488, UInt32(clusters - used))
        set(492, UInt32(used + 2))
        set(508, 0xAA55_0000)
        return bytes
    }
}
