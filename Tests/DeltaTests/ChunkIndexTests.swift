import Delta
import Host
import TestSupport
import Testing

/// The index is read before anything is trusted but its checksum, and the builder of an image may be wrong too.
@Suite struct ChunkIndexTests {
    private static let sample = Result<ChunkIndex, any Error> {
        try Folder.withTemporary { try Samples.index(Samples.noise(20_000, seed: 9), sizes: Samples.small, in: $0) }
    }

    private func refusal(_ bytes: [UInt8], length: Int = 20_000) -> String {
        let failure = #expect(throws: Failure.self) { _ = try ChunkIndex(bytes, named: "x.caibx", length: length) }
        #expect(failure?.status == .signature)
        return failure?.message ?? ""
    }

    @Test func isReadAsItWasWritten() throws {
        let index = try Self.sample.get()
        #expect(index.chunks.count > 10)
        #expect(try ChunkIndex(index.bytes, named: "x", length: 20_000) == index)
        // Flags of archives are nobody's business.
        var bytes = index.bytes
        bytes[23] = 0x80
        #expect(try ChunkIndex(bytes, named: "x", length: 20_000) == index)
        let empty = try Folder.withTemporary { try Samples.index([], sizes: .standard, in: $0) }
        #expect(try ChunkIndex(empty.bytes, named: "x", length: 0) == empty)
    }

    /// A place in the file, the number that is put there, and what is said about it.
    @Test(
        arguments: [
            (0, 47, "is none: it does not begin like one"), (8, 1, "is none"), (48, 0, "is none"), (56, 0, "is none"),
            (16, 0x2000_0000_0000_0000, "has digests of another kind than SHA-256"),
            (24, 0, ": chunks of 0, 1024 and 4096 bytes are not possible"),
            (24, .max, "names an impossible size"), (32, 5000, ": chunks of"), (40, 1 << 40, ": chunks of"),
            (64, 0, "has a chunk from 0 to 0, which cannot be"), (64, 4097, "has a chunk from 0 to 4097"),
            (64, .max, "names an impossible size"), (64, 20, "has a chunk of 20 bytes, which is too small"),
            (104, 1, "has a chunk from "), (64, 1 << 63 - 1, "has a chunk from 0 to 9223372036854775807"),
        ] as [(Int, UInt64, String)])
    func refuses(place: Int, number: UInt64, message: String) throws {
        var bytes = try Self.sample.get().bytes
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(place..<place + 8, with: $0) }
        let said = refusal(bytes)
        #expect(said.hasPrefix("the chunk index x.caibx"))
        #expect(said.contains(message), "\(said)")
    }

    @Test func refusesAnotherLengthAndAnotherEnd() throws {
        let bytes = try Self.sample.get().bytes
        #expect(refusal(bytes, length: 20_001) == "the chunk index x.caibx is for a file of 20000 bytes, not of 20001")
        #expect(refusal(bytes, length: 19_999).contains("has a chunk from"))
        #expect(refusal(Array(bytes.dropLast())).contains("is cut off, or is none"))
        #expect(refusal(Array(bytes.dropLast(40))).contains("does not end like one"))
        #expect(refusal(bytes + bytes.suffix(40)).contains("does not end like one"))
        #expect(refusal([]).contains("is cut off, or is none"))
        for place in [0, 8, 16, 24, 32] {
            var bytes = bytes
            bytes[bytes.count - 40 + place] ^= 1
            #expect(refusal(bytes).contains("does not end like one"))
        }
    }

    /// Nothing traps, and whatever is accepted is consistent.
    @Test func survivesDamage() throws {
        let original = try Self.sample.get().bytes
        var refused = 0
        for seed in 0..<3000 {
            var mutations = Mutations(seed: seed, pieces: ["\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "\u{7F}"])
            let bytes = mutations.mutate(original)
            do {
                let index = try ChunkIndex(bytes, named: "x", length: 20_000)
                #expect(index.length == 20_000)
                #expect(index.chunks.allSatisfy { $0.size > 0 && $0.size <= index.sizes.maximum })
                #expect(index.bytes.count == bytes.count)
                #expect(index.bytes[24...] == bytes[24...])
            } catch let failure as Failure {
                #expect(failure.status == .signature)
                refused += 1
            }
        }
        #expect(refused > 1000)
    }
}
