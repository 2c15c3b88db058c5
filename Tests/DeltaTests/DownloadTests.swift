import Delta
import Glibc
import Host
import Synchronization
import TestSupport
import Testing
import Transfer

/// Assembling from web servers, good ones and others.
@Suite(.serialized) struct DownloadTests {
    private static let content = Samples.noise(300_000, seed: 40)
    /// What is here already: the middle is missing.
    private static let seed = Array(content[..<100_000]) + Array(content[160_000...])

    /// Assembles in `folder` from a server; returns what was done.
    private func assemble(_ server: RangeServer, in folder: String) throws -> Assembly.Result {
        let index = try Samples.index(Self.content, sizes: Samples.small, in: folder)
        try File.write(Path.join(folder, "seed"), Self.seed)
        var options = HTTPRangeSource.Options()
        options.pause = 0.01
        options.proxy = ""
        let source = HTTPRangeSource(server.url, length: Self.content.count, options: options)
        return try Samples.withTarget(Path.join(folder, "target")) { target in
            let assembly = Assembly(index, into: target, seeds: [try FileRegion(Path.join(folder, "seed"))])
            let plan = try #require(try assembly.plan())
            return try assembly.run(plan, from: source)
        }
    }

    @Test func fetchesOnlyWhatIsMissing() throws {
        let server = try RangeServer { RangeServer.honest(Self.content, $0) }
        defer { server.stop() }
        try Folder.withTemporary { folder in
            let result = try assemble(server, in: folder)
            #expect(result.isComplete && result.fetched >= 60_000 && result.fetched < 75_000)
            #expect(try File.read(Path.join(folder, "target")) == Self.content)
            #expect(server.requests.count == 1)
            #expect(server.requests[0].ranges.reduce(0) { $0 + $1.count } == result.fetched)
        }
    }

    @Test func picksOutOfTheWholeFile() throws {
        let server = try RangeServer { _ in .init("200 OK", [], Self.content) }
        defer { server.stop() }
        try Folder.withTemporary { folder in
            let result = try assemble(server, in: folder)
            #expect(result.isComplete)
            #expect(try File.read(Path.join(folder, "target")) == Self.content)
        }
    }

    /// Right ranges, wrong bytes: nothing of them reaches the target, and what came before is kept for the next run.
    @Test func refusesOtherBytes() throws {
        let lies = Mutex(true)
        let server = try RangeServer { request in
            var content = Self.content
            if lies.withLock({ $0 }) { content[130_000] ^= 1 }
            return RangeServer.honest(content, request)
        }
        defer { server.stop() }
        try Folder.withTemporary { folder in
            let failure = #expect(throws: Failure.self) { _ = try assemble(server, in: folder) }
            #expect(failure?.status == .signature)
            let message = failure?.message ?? ""
            #expect(
                message.hasPrefix("\(server.url) has other bytes than its index says (chunk at byte 1"), "\(message)")
            let target = try File.read(Path.join(folder, "target"))
            #expect(target[100_000..<120_000].elementsEqual(Self.content[100_000..<120_000]))
            #expect(target.count > 130_000 && target[130_000] == 0)
            lies.withLock { $0 = false }
            let result = try assemble(server, in: folder)
            #expect(result.isComplete && result.fetched < 45_000 && result.kept > 200_000)
            #expect(try File.read(Path.join(folder, "target")) == Self.content)
        }
    }

    /// The file is replaced by one of the same length between two answers: that is said.
    @Test func saysThatTheFileWasReplaced() throws {
        let server = try RangeServer { request in
            if request.number == 0 {
                var answer = RangeServer.honest(Self.content, request, fields: ["ETag: \"1\""])
                answer.bytes.removeLast(30_000)
                answer.then = .close
                return answer
            }
            return RangeServer.honest(Self.content.reversed(), request, fields: ["ETag: \"2\""])
        }
        defer { server.stop() }
        try Folder.withTemporary { folder in
            let failure = #expect(throws: Failure.self) { _ = try assemble(server, in: folder) }
            #expect(failure?.status == .signature)
            let message = failure?.message ?? ""
            #expect(message.hasPrefix("\(server.url) was replaced while it was read"), "\(message)")
        }
    }

    /// The connection breaks after every few kilobytes, and the server is away in between.
    @Test func survivesABadConnection() throws {
        let server = try RangeServer { request in
            if request.number % 3 == 1 { return .init("502 Bad Gateway") }
            var answer = RangeServer.honest(Self.content, request)
            answer.bytes = Array(answer.bytes.prefix(70_000))
            answer.then = .close
            return answer
        }
        defer { server.stop() }
        try Folder.withTemporary { folder in
            let index = try Samples.index(Self.content, sizes: Samples.small, in: folder)
            var options = HTTPRangeSource.Options()
            options.pause = 0.01
            options.proxy = ""
            let source = HTTPRangeSource(server.url, length: Self.content.count, options: options)
            let path = Path.join(folder, "target")
            let result = try Samples.withTarget(path) { target in
                let assembly = Assembly(index, into: target)
                let plan = try #require(try assembly.plan())
                return try assembly.run(plan, from: source)
            }
            #expect(result.isComplete && result.fetched == Self.content.count)
            #expect(try File.read(path) == Self.content)
            #expect(server.requests.count >= 6)
        }
    }

    /// 40 MiB from a server without ranges, with a seed that has half of it: less than 16 MiB of memory.
    @Test func needsLittleMemory() throws {
        let length = 40 << 20
        try Folder.withTemporary { folder in
            let served = Path.join(folder, "served")
            try Folder.create(served)
            let (new, path) = (Path.join(served, "new"), Path.join(folder, "target"))
            let descriptor = try check("create") { open(new, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644) }
            var block = Samples.noise(1 << 20, seed: 50)
            for number in 0..<40 {
                for place in stride(from: 0, to: block.count, by: 1024) { block[place] = UInt8(number) }
                try File.append(block, to: descriptor, named: new)
            }
            close(descriptor)
            let seed = try FileRegion(new, length: length / 2)
            let index = try ChunkIndex(of: FileRegion(new), sizes: ChunkSizes(average: 65536))
            let certificate = Path.join(folder, "ca.pem")
            try TLSServer.with(folder: served, certificate: certificate) { server in
                var options = HTTPRangeSource.Options()
                options.proxy = ""
                options.authorities = try File.readText(certificate)
                let source = HTTPRangeSource("https://127.0.0.1:\(server.port)/new", length: length, options: options)
                try Samples.withTarget(path) { target in
                    let before = try Self.resident()
                    let peak = Mutex(0)
                    let assembly = Assembly(
                        index, into: target, seeds: [seed],
                        progress: { _ in
                            let now = (try? Self.resident()) ?? .max
                            peak.withLock { $0 = max($0, now) }
                        })
                    let plan = try #require(try assembly.plan())
                    #expect(plan.missing > 19 << 20 && plan.local > 19 << 20)
                    #expect(try assembly.run(plan, from: source).isComplete)
                    let grown = peak.withLock { $0 } - before
                    #expect(grown < 16 << 20, "\(grown) bytes")
                }
            }
            #expect(try Checksum.of(file: path) == Checksum.of(file: new))
        }
    }

    /// Bytes of this process in memory. Other tests run at the same time, but none of this suite needs much.
    private static func resident() throws -> Int {
        let fields = try File.readText("/proc/self/statm").split(separator: " ")
        return (Int(fields.count > 1 ? fields[1] : "") ?? 0) * Int(getpagesize())
    }
}
