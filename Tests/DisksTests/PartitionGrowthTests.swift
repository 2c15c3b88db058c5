import Host
import Testing

@testable import Disks

@Suite(.serialized) struct PartitionGrowthTests {
    private func image(_ folder: String, larger bytes: Int) throws -> (path: String, layout: DiskLayout) {
        let layout = try DiskLayout(
            .init(esp: 4 << 20, slot: 2 << 20, state: 8 << 20), identifiers: DiskLayoutTests.identifiers)
        let path = Path.join(folder, "disk")
        _ = try DiskFile.create(path, size: layout.size)
        try PartitionTable.write(layout, to: path)
        try Command("truncate", ["--size", String(layout.size + bytes), path]).run().check()
        return (path, layout)
    }

    /// Everything but the size of the last partition stays: GUIDs, types, names, attributes.
    @Test func theLastPartitionTakesWhatIsFree() throws {
        try Folder.withTemporary { folder in
            let (path, layout) = try image(folder, larger: 100 << 20 + 12345 * 512)
            let growth = try #require(try PartitionGrowth.grow(disk: path, partition: 7))
            #expect(growth.before == 8 << 20)
            #expect(growth.after == (8 << 20) + (106 << 20))
            var expected = layout.partitions
            expected[6].size = growth.after
            let table = try #require(try PartitionTable.read(path))
            #expect(table.partitions == expected)
            #expect(table.identifier.lowercased() == layout.identifier.description)
            let verified = try Command("sgdisk", ["--verify", path]).run().check().text
            #expect(verified.contains("No problems found"), "\(verified)")
            #expect(try PartitionGrowth.grow(disk: path, partition: 7) == nil)
        }
    }

    @Test func nothingHappensWithoutRoomOrBeforeAnotherPartition() throws {
        try Folder.withTemporary { folder in
            let (path, _) = try image(folder, larger: 0)
            let before = try File.read(path)
            #expect(try PartitionGrowth.grow(disk: path, partition: 7) == nil)
            #expect(try PartitionGrowth.grow(disk: path, partition: 3) == nil)
            #expect(try File.read(path) == before)
            let missing = #expect(throws: Failure.self) { try PartitionGrowth.grow(disk: path, partition: 9) }
            #expect(missing?.status == .device)
        }
    }

    @Test func aDamagedTableIsLeftAlone() throws {
        try Folder.withTemporary { folder in
            let (path, layout) = try image(folder, larger: 50 << 20)
            let file = try DiskFile(path)
            for place in [512, layout.size - 512] { try file.write([UInt8](repeating: 0xFF, count: 512), at: place) }
            let before = try File.read(path)
            let failure = #expect(throws: Failure.self) { try PartitionGrowth.grow(disk: path, partition: 7) }
            #expect(failure?.status == .device)
            #expect(try File.read(path) == before)
        }
    }
}
