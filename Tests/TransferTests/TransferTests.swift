import Host
import TestSupport
import Testing
import Transfer

@Suite struct ChecksumTests {
    @Test(arguments: [
        (HashAlgorithm.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func matchesThePublishedVectors(algorithm: HashAlgorithm, expected: String) throws {
        #expect(Checksum.of(Array("abc".utf8), algorithm).hex == expected)
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "abc"), "abc")
            #expect(try Checksum.of(file: Path.join(folder, "abc"), algorithm).hex == expected)
        }
    }

    @Test func refusesWrongDigits() {
        #expect(Checksum(.sha1, hex: "a9") == nil)
        #expect(Checksum(.sha1, hex: String(repeating: "g", count: 40)) == nil)
        #expect(Checksum(.sha1, hex: String(repeating: "A", count: 40))?.hex == String(repeating: "a", count: 40))
    }

    @Test(arguments: [
        ("https://user:secret@host/a/b?token=1", "https://host/a/b"),
        ("http://host/a@b", "http://host/a@b"),
        ("file:/srv/x#y", "file:/srv/x"),
    ])
    func hidesSecretsOfAddresses(url: String, shown: String) { #expect(redacted(url) == shown) }
}

@Suite struct DownloaderTests {
    private static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    private let checksum = Checksum.of(Self.content)

    private func download(_ urls: [String], into folder: String) -> Download {
        Download(urls: urls, destination: Path.join(folder, "file"), checksum: checksum, size: Self.content.count)
    }

    @Test func resumesWhereTheConnectionBroke() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/file", .init(body: Self.content, cutAfter: 100_000))
        try Folder.withTemporary { folder in
            let part = Path.join(folder, "file.part")
            try File.write(part, Self.content[..<50_000])  // what an earlier run left
            try Downloader().fetch([download([server.url("/file")], into: folder)], phase: "test")
            #expect(try File.read(Path.join(folder, "file")) == Self.content)
            #expect(server.requests == ["/file from 50000", "/file from 150000"])
            #expect(!File.exists(part))
        }
    }

    @Test func startsAgainWhenTheServerCannotResume() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/file", .init(body: Self.content, ranges: false))
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "file.part"), Self.content[..<50_000])
            try Downloader().fetch([download([server.url("/file")], into: folder)], phase: "test")
            #expect(try File.read(Path.join(folder, "file")) == Self.content)
        }
    }

    @Test func takesTheNextMirror() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/down/file", .init(body: [], status: 503))
        server.respond("/bad/file", .init(body: Self.content.map { $0 ^ 1 }))
        server.respond("/good/file", .init(body: Self.content))
        try Folder.withTemporary { folder in
            let urls = ["http://127.0.0.1:1/file"] + ["/down/file", "/bad/file", "/good/file"].map(server.url)
            try Downloader().fetch([download(urls, into: folder)], phase: "test")
            #expect(try File.read(Path.join(folder, "file")) == Self.content)
        }
    }

    @Test func refusesWhatIsNotExpected() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/damaged", .init(body: Self.content.map { $0 ^ 1 }))
        server.respond("/long", .init(body: Self.content + [0]))
        server.respond("/short", .init(body: Array(Self.content.dropLast())))
        for (path, status) in [
            ("/damaged", ExitStatus.signature), ("/long", .signature), ("/short", .signature), ("/absent", .network),
        ] {
            try Folder.withTemporary { folder in
                let failure = #expect(throws: Failure.self) {
                    try Downloader().fetch([download([server.url(path)], into: folder)], phase: "test")
                }
                #expect(failure?.status == status, "\(path): \(failure?.description ?? "nothing thrown")")
                #expect(!File.exists(Path.join(folder, "file")))
            }
        }
    }

    @Test func readsLocalFiles() throws {
        try Folder.withTemporary { folder in
            let source = Path.join(folder, "source")
            try File.write(source, Self.content)
            try Downloader().fetch([download(["file:" + source], into: Path.join(folder, "new"))], phase: "test")
            #expect(try File.read(Path.join(folder, "new/file")) == Self.content)
            #expect(try Downloader().bytes("file:" + source) == Self.content)
            #expect(throws: Failure.self) { try Downloader().bytes("file:" + source, limit: 1000) }
        }
    }
}
