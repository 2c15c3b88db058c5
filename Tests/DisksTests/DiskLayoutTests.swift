import Host
import Testing

@testable import Disks

@Suite struct DiskLayoutTests {
    private static let sizes = DiskLayout.Sizes(esp: 100 << 20, slot: 200 << 20, state: 70 << 20)
    /// The same identifiers at every run.
    static let identifiers = DiskIdentifiers { name in
        UUID(digest: Array((name + "0123456789abcdef").utf8))
    }

    private func image(_ folder: String, _ layout: DiskLayout, _ name: String = "disk.raw") throws -> String {
        let path = Path.join(folder, name)
        _ = try DiskFile.create(path, size: layout.size)
        try PartitionTable.write(layout, to: path)
        return path
    }

    @Test func partitionsFollowEachOtherInTheOrderOfTheDesign() throws {
        let layout = try DiskLayout(Self.sizes, identifiers: Self.identifiers)
        #expect(
            layout.partitions.map(\.name) == [
                "bios-grub", "esp", "root-a", "root-a-verity", "root-b", "root-b-verity", "state",
            ])
        var end = 1 << 20
        for partition in layout.partitions {
            #expect(partition.start == end, "\(partition.name)")
            #expect(partition.size % (1 << 20) == 0)
            end += partition.size
        }
        #expect(layout.size == end + (1 << 20))
        var stick = Self.sizes
        stick.slots = [.a]
        let names = try DiskLayout(stick, identifiers: Self.identifiers).partitions.map(\.name)
        #expect(names == ["bios-grub", "esp", "root-a", "root-a-verity", "state"])
    }

    @Test func theStateTakesTheRestOfALargerDisk() throws {
        let least = try DiskLayout(Self.sizes, identifiers: Self.identifiers)
        let layout = try DiskLayout(Self.sizes, identifiers: Self.identifiers, diskSize: least.size + (5 << 20) + 4096)
        #expect(layout[.state]?.size == 75 << 20)
        let failure = #expect(throws: Failure.self) {
            try DiskLayout(Self.sizes, identifiers: Self.identifiers, diskSize: least.size - 512)
        }
        #expect(failure?.status == .device)
        #expect(failure?.message.contains("slots of 200 MiB") == true)
    }

    /// Sizes as `veritysetup format` makes them.
    @Test(arguments: [(1, 4096), (128, 8192), (129, 16384), (16384, 4096 * 130), (16385, 4096 * 133)])
    func hashTreesHaveTheSizeOfVeritysetup(blocks: Int, size: Int) throws {
        try Folder.withTemporary { folder in
            let data = Path.join(folder, "data")
            _ = try DiskFile.create(data, size: blocks * 4096)
            let tree = Path.join(folder, "tree")
            try Command("veritysetup", ["format", data, tree]).run().check()
            #expect(try File.size(tree) == size)
            #expect(DiskLayout.hashTreeSize(of: blocks * 4096) == size)
        }
    }

    @Test func otherProgramsReadTheSameTable() throws {
        try Folder.withTemporary { folder in
            let layout = try DiskLayout(Self.sizes, identifiers: Self.identifiers)
            let path = try image(folder, layout)
            let verified = try Command("sgdisk", ["--verify", path]).run().check().text
            #expect(verified.contains("No problems found"), "\(verified)")
            let dump = try Command("sfdisk", ["--dump", path]).run().check().text
            #expect(dump.contains("label-id: \(layout.identifier.description.uppercased())"))
            for partition in layout.partitions {
                let line = dump.split(separator: "\n").first { $0.hasPrefix("\(path)\(partition.number) ") }
                for word in [
                    " \(partition.start / 512),", " \(partition.size / 512),", "type=\(partition.type.uppercased())",
                    "uuid=\(partition.identifier?.description.uppercased() ?? "none")", "name=\"\(partition.name)\"",
                ] { #expect(line?.contains(word) == true, "\(word) in \(line ?? "nothing")") }
                #expect(line?.contains("attrs=\"GUID:60,63\"") == partition.name.hasPrefix("root"))
            }
            // And so do we.
            let table = try #require(try PartitionTable.read(path))
            #expect(table.kind == "gpt")
            #expect(table.partitions == layout.partitions)
            #expect(table.identifier.lowercased() == layout.identifier.description)
        }
    }

    @Test func equalLayoutsGiveEqualBytes() throws {
        try Folder.withTemporary { folder in
            let layout = try DiskLayout(Self.sizes, identifiers: Self.identifiers)
            let first = try image(folder, layout, "a")
            let second = try image(folder, layout, "b")
            #expect(try Command("cmp", [first, second]).run().status == 0)
            let random = try DiskLayout(Self.sizes, identifiers: .random())
            #expect(random.identifier != (try DiskLayout(Self.sizes, identifiers: .random())).identifier)
        }
    }

    @Test func aDiskThatIsTooSmallIsRefused() throws {
        try Folder.withTemporary { folder in
            let layout = try DiskLayout(Self.sizes, identifiers: Self.identifiers)
            let path = Path.join(folder, "small")
            _ = try DiskFile.create(path, size: layout.size / 2)
            let failure = #expect(throws: Failure.self) { try PartitionTable.write(layout, to: path) }
            #expect(failure?.status == .device)
            #expect(try PartitionTable.read(path) == nil)
        }
    }

    @Test(
        arguments: [
            ("C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"), ("", nil),
            ("c12a7328f81f11d2ba4b00a0c93ec93b", nil), ("c12a7328-f81f-11d2-ba4b-00a0c93ec93", nil),
            ("g12a7328-f81f-11d2-ba4b-00a0c93ec93b", nil), ("c12a7328-f81f-11d2-ba4b-00a0c93ec93b ", nil),
        ] as [(String, String?)])
    func identifiersAreReadAndWritten(text: String, expected: String?) {
        #expect(UUID(text)?.description == expected)
    }
}
