import Disks
import Host
import TestSupport
import Testing
import Transfer
import Verity

/// Our tree against veritysetup's.
@Suite struct VerityTreeTests {
    private func image(_ folder: String, blocks: Int) throws -> String {
        let path = Path.join(folder, "root")
        var state: UInt32 = 7
        let bytes = (0..<blocks * 4096).map { _ -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        try File.write(path, bytes)
        return path
    }

    private func tree(_ path: String) throws -> VerityTree {
        try VerityTree(size: File.size(path), seed: .init(Checksum.of(file: path))) {
            try File.read(path, at: $0, count: $1)
        }
    }

    /// No level, one, a full one, two levels, and more than one block of the second.
    @Test(arguments: [1, 2, 128, 129, 300, 1025]) func isWhatVeritysetupMakesAndAccepts(blocks: Int) throws {
        try Folder.withTemporary { folder in
            let root = try image(folder, blocks: blocks)
            let tree = try tree(root)
            let file = Path.join(folder, "tree")
            try File.write(file, tree.bytes)
            try Command("veritysetup", ["verify", root, file, tree.rootHash]).run().check()
            let dump = try Command("veritysetup", ["dump", file]).run().check().text
            func value(_ name: String) throws -> String {
                let line = try #require(dump.split(separator: "\n").first { $0.hasPrefix(name + ":") })
                return String(line.drop { $0 != ":" }.dropFirst().drop { $0 == " " || $0 == "\t" })
            }
            let other = Path.join(folder, "other")
            try Command(
                "veritysetup", ["format", root, other, "--salt=" + value("Salt"), "--uuid=" + value("UUID")]
            ).run().check()
            #expect(try File.read(other) == tree.bytes)
            #expect(VerityTree.dataSize(header: tree.bytes) == blocks * 4096)
            #expect(DiskLayout.hashTreeSize(of: blocks * 4096) == tree.bytes.count)
            let check = try VerityCheck(data: (root, 0), tree: (file, 0))
            #expect(try check.run(rootHash: tree.rootHash) == blocks * 4096)
            var damaged = try File.read(root)
            damaged[damaged.count - 1] ^= 1
            try File.write(root, damaged)
            #expect(throws: Failure.self) { try check.run(rootHash: tree.rootHash) }
        }
    }

    @Test func anotherBitIsAnotherTree() throws {
        try Folder.withTemporary { folder in
            let root = try image(folder, blocks: 130)
            let seed = VerityTree.Seed(try Checksum.of(file: root))
            let before = try tree(root)
            let after = try VerityTree(size: 130 * 4096, seed: seed) { offset, count in
                var bytes = try File.read(root, at: offset, count: count)
                if offset == 0 { bytes[70_000] ^= 1 }
                return bytes
            }
            #expect(before.rootHash != after.rootHash)
        }
    }

    @Test func whatIsTooShortIsAFailure() throws {
        let seed = VerityTree.Seed(Checksum.of(Array("x".utf8)))
        for size in [0, 4095, 5000] {
            #expect(throws: Failure.self) { try VerityTree(size: size, seed: seed) { _, _ in [] } }
        }
        let failure = #expect(throws: Failure.self) {
            try VerityTree(size: 8192, seed: seed) { _, _ in [UInt8](repeating: 0, count: 4096) }
        }
        #expect(failure?.status == .device)
        #expect(VerityTree.dataSize(header: [UInt8](repeating: 0, count: 512)) == nil)
    }
}
