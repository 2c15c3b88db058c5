import Document
import Glibc
import Host
import Synchronization
import TestSupport
import Testing
import Transfer
import Updates

/// Servers that send too much, too little, too slowly, or something else than they say.
struct LyingServerTests {
    /// Serves a repository over HTTP, but answers one path as `lie` does.
    private static func with(
        _ path: String, _ lie: @escaping LyingServer.Answer, patience: Int = 30,
        _ body: (UpdateClient, LyingServer) throws -> Void
    ) throws {
        let repository = try TestRepository()
        try repository.offer("image", [UInt8](repeating: 7, count: 100_000))
        try repository.publish("targets", "snapshot", "timestamp")
        let files = Mutex(repository.files)
        let hash = Checksum.of([UInt8](repeating: 7, count: 100_000)).hex
        let server = try LyingServer { asked, connection in
            if asked == path { return try lie(asked, connection) }
            if asked == "/targets/\(hash).image" {
                try connection.answer([UInt8](repeating: 7, count: 100_000))
            } else {
                try connection.answer(files.withLock { $0[String(asked.dropFirst("/metadata/".count))] })
            }
            return true
        }
        defer { server.stop() }
        try TestClient.with(repository) { client throws in
            let fetcher = try WebFetcher(patience: patience)
            let lied = UpdateClient(
                folder: client.folder, metadata: try WebSource(server.url + "/metadata", fetcher: fetcher),
                targets: try WebSource(server.url + "/targets/", fetcher: fetcher), startTime: TestRepository.now)
            try body(lied, server)
        }
    }

    private static func expect(
        _ status: Host.ExitStatus, _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("it was accepted", sourceLocation: sourceLocation)
        } catch let failure as Failure {
            #expect(failure.status == status, "\(failure)", sourceLocation: sourceLocation)
            #expect(failure.description.contains(words), "\(failure)", sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }

    @Test func anHonestServerNeedsTwoConnections() throws {
        try Self.with("none", { _, _ in false }) { client, server throws in
            try client.refresh()
            let target = try #require(try client.findTarget("image"))
            try Folder.withTemporary { folder throws in
                let path = try client.download(target, to: folder).path
                #expect(try File.size(path) == 100_000)
            }
            // libcurl closes the one on which the next root was not found.
            #expect(server.connections == 2)
        }
    }

    /// How a server lies about `timestamp.json`, and what becomes of it.
    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Host.ExitStatus
        let words: String
        var patience = 30
        let answer: LyingServer.Answer
    }

    static let lies: [Lie] = [
        Lie(testDescription: "endless, without a length", status: .signature, words: "more than the expected 16384") {
            try $1.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while true { try $1.send([UInt8](repeating: 32, count: 4096)) }
        },
        Lie(testDescription: "endless, in chunks", status: .signature, words: "more than the expected 16384") {
            try $1.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while true { try $1.send("10\r\n                \r\n") }
        },
        Lie(testDescription: "a huge length", status: .signature, words: "more than the expected 16384") {
            try $1.send("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n")
            while true { try $1.send([UInt8](repeating: 32, count: 4096)) }
        },
        Lie(testDescription: "a length beyond numbers", status: .signature, words: "but the text ends here") {
            try $1.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n")
            return false
        },
        Lie(testDescription: "cut short", status: .network, words: "cannot download") {
            try $1.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"signed\":")
            return false
        },
        Lie(testDescription: "cut short in a chunk", status: .network, words: "cannot download") {
            try $1.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"signed\":")
            return false
        },
        Lie(testDescription: "cut short without a length", status: .signature, words: "the metadata is malformed") {
            try $1.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"signed\":")
            return false
        },
        Lie(testDescription: "nothing", status: .signature, words: "but the text ends here") {
            try $1.answer([])
            return true
        },
        Lie(testDescription: "no answer", status: .network, words: "cannot download") { _, _ in false },
        Lie(testDescription: "not HTTP", status: .network, words: "cannot download") {
            try $1.send("{\"signed\": {}, \"signatures\": []}\n")
            return false
        },
        Lie(testDescription: "endless headers", status: .network, words: "cannot download") {
            try $1.send("HTTP/1.1 200 OK\r\n")
            while true { try $1.send("X-More: \(String(repeating: "x", count: 4000))\r\n") }
        },
        Lie(testDescription: "one endless header", status: .network, words: "cannot download") {
            try $1.send("HTTP/1.1 200 OK\r\nX-More: ")
            while true { try $1.send(String(repeating: "x", count: 4000)) }
        },
        Lie(testDescription: "compressed", status: .signature, words: "is not UTF-8 text") {
            // `gzip` of "{}".
            let body: [UInt8] = [
                0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB, 0xAE, 5, 0, 0x43, 0xBF, 0xA6, 0xA3, 2, 0, 0, 0,
            ]
            try $1.answer(body, headers: "Content-Encoding: gzip\r\n")
            return true
        },
        Lie(testDescription: "an error", status: .network, words: "500") {
            try $1.send("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")
            return true
        },
        Lie(testDescription: "not there", status: .network, words: "the repository has no timestamp.json") {
            try $1.answer(nil)
            return true
        },
        Lie(testDescription: "a redirect in a circle", status: .network, words: "redirects") {
            try $1.send("HTTP/1.1 302 Found\r\nLocation: \($0)\r\nContent-Length: 0\r\n\r\n")
            return true
        },
        Lie(testDescription: "a redirect to a file", status: .network, words: "cannot download") {
            try $1.send("HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nContent-Length: 0\r\n\r\n")
            return true
        },
        Lie(testDescription: "silent", status: .network, words: "cannot download", patience: 2) { _, _ in
            sleep(8)
            return false
        },
        Lie(testDescription: "a byte now and then", status: .network, words: "cannot download", patience: 2) {
            try $1.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while true {
                try $1.send(" ")
                usleep(100_000)
            }
        },
    ]

    @Test(arguments: lies) func aboutTheTimestamp(_ lie: Lie) throws {
        try Self.with("/metadata/timestamp.json", lie.answer, patience: lie.patience) { client, _ throws in
            let start = monotonicSeconds()
            Self.expect(lie.status, lie.words) { try client.refresh() }
            #expect(monotonicSeconds() - start < 30)
            #expect(try Folder.list(client.folder.path) == ["root.json"])
        }
    }

    /// The signatures do not depend on it, but a certificate is checked as everywhere.
    @Test func aCertificateThatNobodyKnowsIsRefused() throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            let served = Path.parent(client.folder.path) + "/served"
            try Folder.create(served)
            for (name, bytes) in repository.files { try File.write(Path.join(served, name), bytes) }
            let certificate = Path.parent(client.folder.path) + "/certificate.pem"
            try TLSServer.with(folder: served, certificate: certificate) { server in
                func refresh(_ authorities: String?) throws {
                    let source = try WebSource(
                        "https://127.0.0.1:\(server.port)", fetcher: try WebFetcher(certificates: authorities))
                    try UpdateClient(folder: client.folder, metadata: source, startTime: TestRepository.now).refresh()
                }
                Self.expect(.signature, "the certificate of the server is not accepted") { try refresh(nil) }
                try refresh(certificate)
            }
        }
    }

    /// That there is no newer root is normal, and stores of objects say "forbidden"; that the server is ill is not.
    @Test(arguments: [(403, true), (404, true), (410, true), (500, false), (503, false)])
    func aboutTheNextRoot(_ status: Int, _ isAccepted: Bool) throws {
        try Self.with(
            "/metadata/2.root.json",
            {
                try $1.send("HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n")
                return true
            }
        ) { client, _ throws in
            if isAccepted {
                try client.refresh()
            } else {
                Self.expect(.network, "\(status)") { try client.refresh() }
            }
        }
    }

    @Test(arguments: [
        (100_001, 7, Host.ExitStatus.signature, "more than the expected 100000"),
        (99_999, 7, .signature, "has 99999 bytes"), (100_000, 8, .signature, "is another file"),
    ])
    func aboutATarget(_ count: Int, _ value: UInt8, _ status: Host.ExitStatus, _ words: String) throws {
        let hash = Checksum.of([UInt8](repeating: 7, count: 100_000)).hex
        try Self.with(
            "/targets/\(hash).image",
            {
                try $1.answer([UInt8](repeating: value, count: count))
                return true
            }
        ) { client, _ throws in
            let target = try #require(try client.findTarget("image"))
            try Folder.withTemporary { folder throws in
                Self.expect(status, words) { _ = try client.download(target, to: folder) }
                #expect(try Folder.list(folder).isEmpty)
            }
        }
    }

    @Test(arguments: ["ftp://127.0.0.1/", "127.0.0.1", "", "file:///etc"])
    func otherAddressesAreRefused(_ address: String) throws {
        let fetcher = try WebFetcher()
        Self.expect(.invalidInput, "is not the address of a web server") {
            _ = try WebSource(address, fetcher: fetcher)
        }
    }
}
