import Host
import TestSupport
import Testing

@testable import Disks

/// What is found on disks and in images, compared with blkid and sfdisk.
@Suite struct ProbingTests {
    /// A file system in the middle of a file.
    private func made(_ program: String, _ arguments: [String], in folder: String) throws -> (path: String, offset: Int)
    {
        let offset = 3 << 20
        let path = Path.join(folder, "image")
        let part = Path.join(folder, "part")
        let file = try DiskFile.create(path, size: 400 << 20)
        _ = try DiskFile.create(part, size: 320 << 20)
        try Command(program, arguments + [part]).run().check()
        try file.write(contentOf: part, at: offset, skipsZeros: true)
        return (path, offset)
    }

    @Test(arguments: [
        ("mke2fs", ["-q", "-t", "ext4", "-L", "state", "-U", "11111111-2222-8333-8444-555555555555"], "ext4"),
        ("mkfs.fat", ["-F", "32", "-n", "ESP", "-i", "abcd1234"], "vfat"),
        ("mkfs.xfs", ["-q", "-L", "state"], "xfs"), ("mkswap", ["-q", "-L", "swap"], "swap"),
    ])
    func fileSystemsAreWhatBlkidSays(program: String, arguments: [String], type: String) throws {
        guard Environment.program(program) != nil else { return print("skipped: \(program) is not installed") }
        try Folder.withTemporary { folder in
            let (path, offset) = try made(program, arguments, in: folder)
            let found = try #require(try FileSystem.probe(path, offset: offset, size: 320 << 20))
            #expect(found.type == type)
            let said = try Command("blkid", ["-p", "-o", "export", "-O", String(offset), path]).run().check().text
            for (key, value) in [("TYPE", found.type), ("LABEL", found.label), ("UUID", found.identifier)] {
                if let value { #expect(said.contains("\n\(key)=\(value)\n"), "\(key) in \(said)") }
            }
            #expect(said.contains("\nUUID=") == (found.identifier != nil))
            #expect(try FileSystem.probe(path) == nil)
        }
    }

    @Test func whatIsNotThereIsNotAnError() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "empty")
            try File.write(path, "")
            #expect(try PartitionTable.read(path) == nil)
            #expect(try FileSystem.probe(path) == nil)
            #expect(try FileSystem.probe(path, offset: 1 << 50, size: 1 << 20) == nil)
            let missing = #expect(throws: Failure.self) { try PartitionTable.read(path + "x") }
            #expect(missing?.status == .invalidInput)
            let missing2 = #expect(throws: Failure.self) { try FileSystem.probe(path + "x") }
            #expect(missing2?.message.contains("\(path)x") == true)
        }
    }

    /// Damaged tables and file systems end in a value or an error; what comes out lies within numbers that can be counted with.
    @Test(arguments: 0..<8) func damageNeverCrashes(seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        try Folder.withTemporary { folder in
            let layout = try DiskLayout(
                .init(esp: 4 << 20, slot: 2 << 20, state: 8 << 20), identifiers: DiskLayoutTests.identifiers)
            let path = Path.join(folder, "disk")
            let state = try #require(layout[.state])
            let file = try DiskFile.create(path, size: layout.size)
            try PartitionTable.write(layout, to: path)
            try Command("mke2fs", ["-q", "-F", "-E", "offset=\(state.start)", path, "8M"]).run().check()
            let places = [0, 512, 1024, layout.size - 512, layout.size - 33 * 512, state.start + 1024]
            for _ in 0..<100 {
                var damaged: [(place: Int, before: [UInt8])] = []
                for _ in 0...random.next() % 8 {
                    let place = places[Int(random.next() % UInt64(places.count))] + Int(random.next() % 500)
                    damaged.append((place, try file.read(10, at: place)))
                    try file.write((0..<10).map { _ in UInt8(truncatingIfNeeded: random.next()) }, at: place)
                }
                try probe(path)
                for (place, before) in damaged.reversed() { try file.write(before, at: place) }
            }
            for size in [layout.size - 1, layout.size / 2, 17408, 1024, 512, 511, 0] {
                try Command("truncate", ["--size", String(size), path]).run().check()
                try probe(path)
            }
        }
    }

    private func probe(_ path: String) throws {
        for partition in try PartitionTable.read(path)?.partitions ?? [] {
            #expect(partition.start >= 0 && partition.size >= 0)
            _ = try FileSystem.probe(path, offset: partition.start, size: partition.size)
        }
    }
}

/// Numbers that are the same at every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
