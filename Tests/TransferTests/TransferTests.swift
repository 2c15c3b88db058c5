import Host
import Synchronization
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

    /// Whatever goes wrong on the way, no more bytes are counted than there are.
    @Test func progressNeverExceedsTheTotal() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/cut", .init(body: Self.content, cutAfter: 100_000))
        server.respond("/whole", .init(body: Self.content, ranges: false))
        server.respond("/bad", .init(body: Self.content.map { $0 ^ 1 }))
        server.respond("/good", .init(body: Self.content))
        for paths in [["/cut"], ["/whole"], ["/bad", "/good"]] {
            try Folder.withTemporary { folder in
                try File.write(Path.join(folder, "file.part"), Self.content[..<50_000])
                let counts = Mutex<[Int]>([])
                let downloader = Downloader { event in
                    guard case .advanced(_, let done, let total) = event else { return }
                    #expect(total == Self.content.count)
                    counts.withLock { $0.append(done) }
                }
                try downloader.fetch([download(paths.map(server.url), into: folder)], phase: "test")
                #expect(counts.withLock { $0.first } == 50_000)
                #expect(counts.withLock { $0.max() } == Self.content.count)
                #expect(counts.withLock { $0.last } == Self.content.count)
            }
        }
    }

    /// What an earlier run left of another version of the file is given up, also when there is only one mirror.
    @Test func startsAgainWhenTheFileHasChanged() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/file", .init(body: Self.content))
        try Folder.withTemporary { folder in
            for old in [[UInt8](repeating: 7, count: 50_000), [UInt8](repeating: 7, count: Self.content.count)] {
                try File.write(Path.join(folder, "file.part"), old)
                try Downloader().fetch([download([server.url("/file")], into: folder)], phase: "test")
                #expect(try File.read(Path.join(folder, "file")) == Self.content)
                try File.remove(Path.join(folder, "file"))
            }
            #expect(server.requests == ["/file from 50000", "/file", "/file"])
        }
    }

    /// Without a checksum nothing would tell that two halves do not belong together.
    @Test func resumesOnlyWhatAChecksumProves() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/file", .init(body: Self.content))
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "file.part"), Self.content[..<50_000])
            var download = download([server.url("/file")], into: folder)
            download.checksum = nil
            try Downloader().fetch([download], phase: "test")
            #expect(server.requests == ["/file"])
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
