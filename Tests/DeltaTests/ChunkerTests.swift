import Delta
import Host
import TestSupport
import Testing
import Transfer

@Suite struct ChunkerTests {
    /// casync cuts at the same places, and writes the same index, byte for byte.
    @Test(
        .enabled(if: Environment.program("casync") != nil, "casync is not installed; \"make setup\" installs it"),
        arguments: [1024, 4096, 16384, 65536])
    func boundariesAreThoseOfCasync(average: Int) throws {
        let noise = Samples.noise(600_000, seed: average)
        let contents: [(String, [UInt8])] = [
            ("noise", noise), ("zeros", [UInt8](repeating: 0, count: 300_000)),
            ("text", Array(repeating: Array("line of text ".utf8), count: 30_000).flatMap { $0 }),
            ("mixed", Array(noise[..<200_000]) + [UInt8](repeating: 0xFF, count: 150_000) + noise[200_000..<400_000]),
            ("less than a chunk", Array(noise[..<200])), ("one byte", [7]),
            ("a chunk at least", Array(noise[..<(average / 4)])), ("and one byte", Array(noise[...(average / 4)])),
            ("at most", [UInt8](repeating: 0, count: average * 4)),
            ("and one more", [UInt8](repeating: 0, count: average * 4 + 1)),
        ]
        try Folder.withTemporary { folder in
            for (name, content) in contents {
                let file = Path.join(folder, "file")
                try File.write(file, content)
                let theirs = Path.join(folder, "theirs.caibx")
                try Command(
                    "casync",
                    [
                        "make", "--store=\(Path.join(folder, "store"))", "--digest=sha256",
                        "--chunk-size=\(average / 4):\(average):\(average * 4)", theirs, file,
                    ]
                ).run().check()
                let index = try ChunkIndex(of: FileRegion(file), sizes: ChunkSizes(average: average))
                #expect(try index.bytes == File.read(theirs), "\(name)")
                #expect(try ChunkIndex(File.read(theirs), named: theirs, length: content.count) == index)
            }
        }
    }

    /// What casync makes of our index is the file.
    @Test(.enabled(if: Environment.program("casync") != nil, "casync is not installed; \"make setup\" installs it"))
    func casyncReadsOurIndex() throws {
        try Folder.withTemporary { folder in
            let content = Samples.noise(500_000, seed: 3)
            let (file, ours) = (Path.join(folder, "file"), Path.join(folder, "ours.caibx"))
            let store = Path.join(folder, "store")
            try File.write(file, content)
            try Command(
                "casync",
                [
                    "make", "--store=\(store)", "--digest=sha256", "--chunk-size=4096:16384:65536",
                    Path.join(folder, "x.caibx"), file,
                ]
            ).run().check()
            try File.write(ours, ChunkIndex(of: FileRegion(file)).bytes)
            let out = Path.join(folder, "out")
            try Command("casync", ["extract", "--store=\(store)", ours, out]).run().check()
            #expect(try File.read(out) == content)
        }
    }

    /// Whatever else changes, these numbers must not: nodes would find nothing of what they have.
    @Test func boundariesNeverChange() throws {
        try Folder.withTemporary { folder in
            let index = try Samples.index(Samples.noise(200_000, seed: 1), sizes: .standard, in: folder)
            #expect(try index.sizes == ChunkSizes(minimum: 4096, average: 16384, maximum: 65536))
            #expect(index.chunks.map(\.size) == Self.boundaries)
            #expect(Checksum.of(index.bytes).hex == Self.checksum)
        }
    }
    private static let boundaries = [
        5277, 5407, 27664, 13835, 28338, 12584, 17197, 14445, 16264, 37294, 4287, 6744, 10664,
    ]
    private static let checksum = "a92b6d23f633732502ce442bf984ee9b283f40ce92e905bc606a681a9b3cc23f"

    /// A byte more at the beginning changes one or two chunks.
    @Test func whatIsInsertedStaysLocal() throws {
        try Folder.withTemporary { folder in
            let content = Samples.noise(400_000, seed: 2)
            let before = try Set(Samples.index(content, sizes: Samples.small, in: folder).chunks.map(\.digest))
            let after = try Samples.index([1] + content, sizes: Samples.small, in: folder).chunks
            #expect(before.count > 200)
            #expect(after.filter { !before.contains($0.digest) }.count <= 2)
        }
    }

    /// Chunks are the same wherever the file lies in another, and however it is read.
    @Test func regionsAreCutLikeFiles() throws {
        try Folder.withTemporary { folder in
            let content = Samples.noise(1_500_000, seed: 4)
            let alone = try Samples.index(content, sizes: .standard, in: folder)
            let path = Path.join(folder, "inside")
            try File.write(path, Samples.noise(777, seed: 5) + content + [1, 2, 3])
            let inside = try ChunkIndex(of: FileRegion(path, offset: 777, length: content.count))
            #expect(alone == inside && alone.length == content.count)
            let failure = #expect(throws: Failure.self) { _ = try FileRegion(path, offset: 777, length: .max) }
            #expect(failure?.status == .device)
        }
    }

    @Test(arguments: [
        (47, 1024, 4096), (1024, 1024, 4096), (256, 1024, 1024), (256, 1024, 1 << 21), (0, 0, 0), (-5, 9, 99),
    ])
    func refusesImpossibleSizes(minimum: Int, average: Int, maximum: Int) {
        let failure = #expect(throws: Failure.self) {
            _ = try ChunkSizes(minimum: minimum, average: average, maximum: maximum)
        }
        #expect(failure?.status == .signature)
    }
}
