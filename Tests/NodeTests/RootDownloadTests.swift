import Host
import NodeConfig
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Node

/// The fetcher of nodes that start over the network, against servers as they are.
@Suite struct RootDownloadTests {
    private static let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) }
    private static let sum = String(repeating: "ab", count: 32)

    private func request(_ server: LoopbackServer, sum: String? = nil, size: Int? = nil) throws -> RootDownload {
        let checksum = sum ?? Checksum.of(Self.bytes).hex
        let more = size.map { " nodewright.root-size=\($0)" } ?? ""
        return try RootDownload(
            KernelCommandLine("quiet nodewright.root=\(server.url("/root")) nodewright.root-sha256=\(checksum)\(more)"))
    }

    /// Fetches and says what was written and how it ended.
    private func fetch(
        _ request: RootDownload, memory: Int? = nil, patience: Double = 0
    ) throws -> (file: [UInt8]?, failure: Failure?, said: [String]) {
        try Folder.withTemporary { folder in
            let file = Path.join(folder, "medium/root.squashfs")
            let said = Mutex<[String]>([])
            var failure: Failure?
            do {
                try request.fetch(to: file, freeMemory: memory, patience: patience) { line in
                    said.withLock { $0.append(line) }
                }
            } catch let problem as Failure { failure = problem }
            return (try? File.read(file), failure, said.withLock { $0 })
        }
    }

    @Test(arguments: [
        ("quiet", "names no root file system"), ("nodewright.root=", "names no root file system"),
        ("nodewright.root=tftp://a/b", "is not an address of a web server"),
        ("nodewright.root=file:///etc/passwd", "is not an address of a web server"),
        ("nodewright.root=http://a/b\u{1B}[31m", "is not an address of a web server"),
        ("nodewright.root=http://a/b", "has no checksum"),
        ("nodewright.root=http://a/b nodewright.root-sha256=abc", "is not a SHA-256 checksum"),
        ("nodewright.root=http://a/b nodewright.root-sha256=\(sum) nodewright.root-size=-1", "not a number of bytes"),
        ("nodewright.root=http://a/b nodewright.root-sha256=\(sum) nodewright.root-size=1e3", "not a number of bytes"),
    ])
    func wrongCommandLines(_ line: String, _ message: String) {
        let failure = #expect(throws: Failure.self) { _ = try RootDownload(KernelCommandLine(line)) }
        #expect(failure?.status == .invalidInput)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains("\u{1B}") == false)
    }

    @Test func fetchesAndChecks() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root", .init(body: Self.bytes))
        let result = try fetch(try request(server, size: Self.bytes.count), memory: 1 << 40)
        #expect(result.failure == nil)
        #expect(result.file == Self.bytes)
        #expect(result.said.first == "fetching the root file system from \(server.url("/root"))")
    }

    @Test func goesOnAfterACut() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root", .init(body: Self.bytes, cutAfter: 70_000))
        let result = try fetch(try request(server))
        #expect(result.file == Self.bytes)
        #expect(server.requests == ["/root", "/root from 70000"])
    }

    @Test func anotherBodyIsNeverUsed() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root", .init(body: Self.bytes.reversed()))
        let result = try fetch(try request(server))
        #expect(result.file == nil)
        #expect(result.failure?.status == .signature)
        #expect(result.failure?.message.contains("is damaged: its sha256 checksum is") == true)
    }

    @Test(arguments: [199_999, 200_001])
    func anotherSizeIsRefused(_ size: Int) throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root", .init(body: Self.bytes))
        let result = try fetch(try request(server, size: size))
        #expect(result.file == nil)
        #expect(result.failure?.status == .signature)
    }

    @Test func notFoundIsToldAtOnce() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        let begin = monotonicSeconds()
        let result = try fetch(try request(server), patience: 60)
        #expect(result.failure?.status == .network)
        #expect(result.failure?.description.contains("404") == true)
        #expect(monotonicSeconds() - begin < 10)
    }

    @Test func waitsForAServerThatComesUp() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root", .init(body: [], status: 503))
        let download = try request(server)
        _ = try Thread {
            _ = try? Command("sleep", ["1"]).run()
            server.respond("/root", .init(body: Self.bytes))
        }
        let result = try fetch(download, patience: 30)
        #expect(result.file == Self.bytes)
        #expect(result.said.contains { $0.hasSuffix("trying again") })
    }

    @Test func nobodyListening() throws {
        let server = try LoopbackServer()
        let download = try request(server)
        server.stop()
        let result = try fetch(download)
        #expect(result.failure?.status == .network)
        #expect(result.failure?.message.hasPrefix("cannot download http://127.0.0.1:") == true)
    }

    @Test func tooLittleMemory() throws {
        let server = try LoopbackServer()
        defer { server.stop() }
        server.respond("/root", .init(body: Self.bytes))
        let known = try fetch(try request(server, size: Self.bytes.count), memory: RootDownload.reserve + 100_000)
        #expect(known.failure?.message.contains("too little memory") == true)
        #expect(server.requests.isEmpty)
        // Without the size it shows only on the way.
        let unknown = try fetch(try request(server), memory: RootDownload.reserve + 100_000)
        #expect(unknown.failure?.message.contains("more than the expected 100000 bytes") == true)
    }
}
