import Archives
import Host
import Testing

@Suite struct ArchiveTests {
    private func members() -> [(ArchiveEntry, [UInt8])] {
        var first = ArchiveEntry(path: "a", kind: .regular, mode: 0o4755)
        first.modified = 1_700_000_000
        first.linkCount = 2
        first.attributes = [("security.capability", [1, 0, 0, 2, 0, 32])]
        var second = ArchiveEntry(path: "b", kind: .regular, mode: 0o4755)
        second.hardLink = "a"
        second.linkCount = 2
        var link = ArchiveEntry(path: "c", kind: .link, mode: 0o777)
        link.linkTarget = "a"
        return [(first, Array("content".utf8)), (second, []), (link, [])]
    }

    private func archive(_ format: ArchiveWriter.Format) throws -> [UInt8] {
        let writer = try ArchiveWriter(named: "test", format: format)
        for (entry, content) in members() { try writer.add(entry, content: content) }
        return try writer.finish()
    }

    @Test func paxKeepsLinksModesTimesAndAttributes() throws {
        let bytes = try archive(.pax)
        #expect(try archive(.pax) == bytes)
        let reader = try ArchiveReader(bytes: bytes, named: "test")
        let first = try #require(try reader.next())
        #expect(first.mode == 0o4755 && first.modified == 1_700_000_000)
        #expect(first.attributes.first?.name == "security.capability")
        #expect(first.attributes.first?.value == [1, 0, 0, 2, 0, 32])
        #expect(try reader.content() == Array("content".utf8))
        #expect(try reader.next()?.hardLink == "a")
        #expect(try reader.next()?.linkTarget == "a")
        #expect(try reader.next() == nil)
    }

    @Test func cpioSharesTheInodeOfHardLinks() throws {
        let bytes = try archive(.newc)
        #expect(bytes.starts(with: "070701".utf8))
        #expect(try archive(.newc) == bytes)
        try Folder.withTemporary { folder in
            try Command("cpio", ["-id", "--quiet"], folder: folder, input: .bytes(bytes)).run().check()
            #expect(try File.readText(Path.join(folder, "b")) == "content")
            #expect(try File.linkTarget(Path.join(folder, "c")) == "a")
        }
    }

    @Test(arguments: [ArchiveWriter.Compression.gzip(level: 6), .xz(level: 1), .zstd(level: 3), .none])
    func compression(_ compression: ArchiveWriter.Compression) throws {
        let text = Array(repeating: UInt8(ascii: "x"), count: 100_000)
        let bytes = try ArchiveWriter.compress(text, compression)
        #expect(try ArchiveReader.decompress(bytes, named: "test", limit: 1 << 20) == text)
        #expect(throws: Failure.self) { try ArchiveReader.decompress(bytes, named: "test", limit: 1000) }
    }

    @Test func damageIsNamed() throws {
        let bytes = try ArchiveWriter.compress(Array(repeating: 7, count: 10_000), .xz(level: 1))
        let failure = #expect(throws: Failure.self) {
            try ArchiveReader.decompress(Array(bytes.dropLast(30)), named: "cut.xz", limit: 1 << 20)
        }
        #expect(failure?.message.contains("cut.xz") == true)
    }
}
