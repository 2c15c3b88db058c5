import Glibc
import Host
import Synchronization
import TestSupport
import Testing
import Transfer

/// Parts of a file from servers as they are.
@Suite struct RangeSourceTests {
    private static let content = (0..<400_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
    private static let ranges = [10..<30_010, 50_000..<50_001, 60_000..<60_005, 200_000..<300_000, 399_990..<400_000]

    private static var options: HTTPRangeSource.Options {
        var options = HTTPRangeSource.Options()
        options.pause = 0.01
        options.patience = 1
        options.proxy = ""
        return options
    }

    /// Reads the ranges, and compares all that arrives with the content.
    private func read(
        _ server: RangeServer, options: HTTPRangeSource.Options = Self.options, url: String? = nil,
        ranges: [Range<Int>] = Self.ranges
    ) throws {
        let source = HTTPRangeSource(url ?? server.url, length: Self.content.count, options: options)
        try check(source, ranges)
    }

    private func check(_ source: any RangeSource, _ ranges: [Range<Int>] = Self.ranges) throws {
        var arrived: [UInt8] = []
        var places = ranges.flatMap { Array($0) }[...]
        let isComplete = try source.read(ranges, isCancelled: { false }) { offset, bytes in
            #expect(places.first == offset)
            places = places.dropFirst(bytes.count)
            arrived += bytes
        }
        #expect(isComplete)
        #expect(arrived == ranges.flatMap { Self.content[$0] })
    }

    @Test func asksForSeveralAtOnce() throws {
        let server = try RangeServer { RangeServer.honest(Self.content, $0) }
        defer { server.stop() }
        try read(server)
        #expect(server.requests.count == 1)
        #expect(
            server.requests[0].fields["range"] == "bytes=10-30009,50000-50000,60000-60004,200000-299999,399990-399999")
        #expect(server.requests[0].fields["accept-encoding"] == "identity")
        var options = Self.options
        options.rangesPerRequest = 2
        try read(server, options: options)
        #expect(server.requests.dropFirst().map(\.ranges.count) == [2, 2, 1])
        #expect(server.connectionCount == 2)
    }

    /// Every way in which servers answer that is allowed, or that one can live with: the bytes are right in the end.
    @Test(arguments: [
        "one at a time", "the first of several", "all in one", "the whole file", "the whole file, without its length",
        "parts in another order", "parts without the last boundary", "quoted boundary", "a preamble", "cut off",
        "two faults", "total unknown", "a part too many", "junk instead of parts", "endless preamble", "endless fields",
        "no type", "smaller pieces", "a file without an end",
        "a part of everything",
    ])
    func livesWith(_ manner: String) throws {
        let content = Self.content
        let server = try RangeServer { request in
            let ranges = request.ranges
            let several = ranges.count > 1
            let boundary = "HTTP/1.1 206 P\r\nContent-Type: multipart/byteranges; boundary=xyz\r\n\r\n"
            switch manner {
            case "one at a time" where several: return .init("200 OK", [], content)
            case "the first of several": return RangeServer.part(content, ranges[0])
            case "all in one" where several:
                return RangeServer.part(content, ranges[0].lowerBound...(ranges.last?.upperBound ?? 0))
            case "the whole file": return .init("200 OK", [], content)
            case "the whole file, without its length":
                var answer = RangeServer.Answer(raw: "HTTP/1.1 200 OK\r\n\r\n", then: .close)
                answer.bytes += content
                return answer
            case "a file without an end":
                var answer = RangeServer.Answer(raw: "HTTP/1.1 200 OK\r\n\r\n", then: .endless([0, 0, 0]))
                answer.bytes += content
                return answer
            case "parts in another order" where several: return RangeServer.parts(content, ranges.reversed())
            case "parts without the last boundary" where several:
                var answer = RangeServer.parts(content, ranges)
                let text = Array("Content-Length: ".utf8)
                let place = answer.bytes.indices.first { answer.bytes[$0...].starts(with: text) } ?? 0
                answer.bytes.replaceSubrange(place..<place + text.count, with: Array("X-Length: ".utf8))
                answer.bytes.removeLast(11)
                answer.then = .close
                return answer
            case "quoted boundary" where several:
                var answer = RangeServer.parts(content, ranges)
                let text = Array("boundary=xyz".utf8)
                let place = answer.bytes.indices.first { answer.bytes[$0...].starts(with: text) } ?? 0
                answer.bytes.replaceSubrange(place..<place + text.count, with: Array("Boundary=\"xyz\"".utf8))
                return answer
            case "a preamble" where several:
                let parts = RangeServer.parts(content, ranges)
                let start = parts.bytes.indices.first { parts.bytes[$0...].starts(with: [13, 10, 13, 10]) } ?? 0
                return .init(
                    "206 P", ["Content-Type: Multipart/Byteranges;boundary=xyz"],
                    Array("This is\r\n--xy a preamble\r\n".utf8) + parts.bytes[(start + 4)...])
            case "cut off" where request.number < 3:
                var answer = RangeServer.honest(content, request)
                answer.bytes = Array(answer.bytes.prefix(answer.bytes.count / 2))
                answer.then = .close
                return answer
            case "two faults" where request.number < 2: return .init("503 Busy", [], Array("sorry".utf8))
            case "total unknown" where !several || request.number > 0:
                return .init(
                    "206 P", ["Content-Range: bytes \(ranges[0].lowerBound)-\(ranges[0].upperBound)/*"],
                    content[ranges[0]])
            case "a part too many" where several: return RangeServer.parts(content, ranges + [ranges[0]])
            case "a part of everything" where several:
                var answer = RangeServer.parts(content, ranges)
                let text = Array("bytes 50000-50000/400000".utf8)
                let place = answer.bytes.indices.first { answer.bytes[$0...].starts(with: text) } ?? 0
                let all = Array("bytes 0-9223372036854775806/*".utf8)
                answer.bytes.replaceSubrange(place..<place + text.count, with: all)
                return answer
            case "junk instead of parts" where several:
                return .init("206 P", ["Content-Type: multipart/byteranges; boundary=xyz"], content)
            case "endless preamble" where several: return .init(raw: boundary, then: .endless([65]))
            case "endless fields" where several:
                return .init(raw: boundary + "\r\n--xyz\r\n", then: .endless(Array("X-More: 1\r\n".utf8)))
            case "no type" where several: return .init("206 P", [], content)
            case "smaller pieces" where !several && ranges[0].count > 70_000:
                return RangeServer.part(content, ranges[0].lowerBound...ranges[0].lowerBound + 66_000)
            case "smaller pieces" where several: return .init("200 OK", [], content)
            default: return RangeServer.honest(content, request)
            }
        }
        defer { server.stop() }
        try read(server)
        #expect(server.requests.count < 20)
    }

    /// The last of the tries may be the one that brings everything.
    @Test func theWholeFileIsEnough() throws {
        let server = try RangeServer { request in
            request.number < 4 ? .init("503 Busy") : .init("200 OK", [], Self.content)
        }
        defer { server.stop() }
        try read(server, ranges: [10..<20, 30..<40])
        #expect(server.requests.count == 6)
    }

    /// Nothing of what the server says can be used; what is said about it.
    @Test(
        arguments: [
            ("404", .network, "the server answers with status 404", 1),
            ("503", .network, "the server answers with status 503", 5),
            ("416", .signature, "the server's file is shorter than the 400000 bytes that it shall have", 1),
            ("another length", .signature, "the server's file has 400001 bytes instead of 400000", 1),
            ("another whole", .signature, "the server's file has 5 bytes instead of 400000", 2),
            ("compressed", .network, "the server sends the file compressed (gzip) although nobody asked for that", 1),
            ("another range", .network, "the server sends bytes 11 to 30010, and was asked for 10-30009", 6),
            ("before the range", .network, "the server sends bytes 0 to 30009, and was asked for 10-30009", 6),
            ("no number", .network, "the server sends a range that cannot be read: bytes 10-x/400000", 5),
            ("overflow", .network, "the server sends a range that cannot be read", 5),
            ("too much", .network, "the server sends more bytes than it says", nil),
            ("nothing", .network, "the server sends a part without its range", 6),
            ("drip", .network, "the server does not send the bytes that were asked for", 6),
            ("two ranges", .network, "the server sends the header field content-range twice", 5),
            ("reset", .network, "", 5),
            ("silence", .network, "Operation too slow", 5),
            ("endless header", .network, "", 5),
            ("endless redirects", .network, "Maximum (8) redirects followed", 9),
            ("redirect to a file", .network, "Protocol \"file\" ", 1),
        ] as [(String, Host.ExitStatus, String, Int?)])
    func refuses(_ manner: String, _ status: Host.ExitStatus, _ message: String, _ requests: Int?) throws {
        let content = Self.content
        let server = try RangeServer { request in
            let ranges = request.ranges
            let range = ranges.first ?? 0...0
            let field = "Content-Range: bytes \(range.lowerBound)-\(range.upperBound)/400000"
            switch manner {
            case "404", "503", "416": return .init("\(manner) No", [], Array("x".utf8))
            case "another length": return RangeServer.part(content, ranges[0], total: 400_001)
            case "another whole": return .init("200 OK", [], [1, 2, 3, 4, 5])
            case "compressed": return .init("206 P", [field, "Content-Encoding: gzip"], content[range])
            case "another range": return RangeServer.part(content, 11...30_010)
            case "before the range": return RangeServer.part(content, 0...30_009)
            case "no number": return .init("206 P", ["Content-Range: bytes 10-x/400000"], content[10..<30_010])
            case "overflow":
                return .init("206 P", ["Content-Range: bytes 9223372036854775807-9223372036854775807/*"], content[..<9])
            case "too much" where ranges.count == 1: return .init("206 P", [field], content[range.lowerBound...30_100])
            case "too much": return .init("200 OK", [], content)
            case "nothing":
                return RangeServer.Answer(
                    "206 P", ["Content-Type: multipart/byteranges; boundary=a"], Array("--a--\r\n".utf8))
            case "drip": return RangeServer.part(content, ranges[0].lowerBound...ranges[0].lowerBound)
            case "two ranges": return .init("206 P", [field, field], content[range])
            case "reset": return .init(raw: "", then: .close)
            case "silence":
                return .init(
                    raw: "HTTP/1.1 206 P\r\n\(field)\r\nContent-Length: \(range.count)\r\n\r\nabc", then: .silence)
            case "endless header":
                return .init(raw: "HTTP/1.1 206 P\r\n", then: .endless(Array("X: yyyyyyyyyyyyyyyyyyyyyy\r\n".utf8)))
            case "endless redirects": return .init("302 F", ["Location: /\(request.number)"])
            case "redirect to a file": return .init("302 F", ["Location: file:///etc/passwd"])
            default: return RangeServer.honest(content, request)
            }
        }
        defer { server.stop() }
        var delivered = 0
        // Even of the endless ones: no byte beyond the ranges, each is compared by whoever reads.
        let source = HTTPRangeSource(
            "http://me:secret@127.0.0.1:\(server.port)/file?token=1", length: content.count, options: Self.options)
        // Ranges whose first is asked for alone too.
        let failure = #expect(throws: Failure.self) {
            _ = try source.read([10..<30_010, 50_000..<50_010], isCancelled: { false }) {
                delivered += $1.count; _ = $0
            }
        }
        #expect(failure?.status == status, "\(failure?.message ?? "")")
        #expect(
            failure?.message.hasPrefix("http://127.0.0.1:\(server.port)/file: \(message)") == true,
            "\(failure?.message ?? "")")
        #expect(delivered <= 30_010)
        #expect(server.requests.count == requests ?? server.requests.count && server.requests.count < 20)
    }

    @Test func endsWhenItIsAsked() throws {
        let server = try RangeServer { _ in .init(raw: "HTTP/1.1 206 P\r\n", then: .silence) }
        defer { server.stop() }
        var options = Self.options
        options.patience = 30
        let begin = monotonicSeconds()
        let source = HTTPRangeSource(server.url, length: Self.content.count, options: options)
        let isComplete = try source.read(
            Self.ranges, isCancelled: { monotonicSeconds() - begin > 0.2 }, deliver: { _, _ in })
        #expect(!isComplete)
        #expect(monotonicSeconds() - begin < 5)
    }

    @Test func stopsAtWhatTheReaderThrows() throws {
        let server = try RangeServer { RangeServer.honest(Self.content, $0) }
        defer { server.stop() }
        let source = HTTPRangeSource(server.url, length: Self.content.count, options: Self.options)
        let failure = #expect(throws: Failure.self) {
            _ = try source.read(Self.ranges, isCancelled: { false }) { _, _ in throw Failure(.device, "full") }
        }
        #expect(failure?.status == .device && failure?.message == "full")
        #expect(server.requests.count == 1)
    }

    /// That a file was replaced is remarked, and only that: mirrors behind one name may differ in their tags.
    @Test func remarksAReplacedFile() throws {
        let isReplaced = Mutex(false)
        let server = try RangeServer { request in
            RangeServer.honest(Self.content, request, fields: ["ETag: \"\(isReplaced.withLock { $0 })\""])
        }
        defer { server.stop() }
        let source = HTTPRangeSource(server.url, length: Self.content.count, options: Self.options)
        try check(source)
        try check(source)
        #expect(source.remark == nil)
        isReplaced.withLock { $0 = true }
        try check(source)
        #expect(source.remark == "was replaced while it was read")
    }

    @Test func goesThroughTheProxyThatIsGiven() throws {
        let server = try RangeServer { RangeServer.honest(Self.content, $0) }
        defer { server.stop() }
        var options = Self.options
        options.proxy = "http://127.0.0.1:\(server.port)"
        options.headers = ["Authorization: Bearer abc"]
        try read(server, options: options, url: "http://updates.invalid/file")
        #expect(server.requests.map(\.target) == ["http://updates.invalid/file"])
        #expect(server.requests[0].fields["authorization"] == "Bearer abc")
        options.headers = ["X: a\r\nY: b"]
        let failure = #expect(throws: Failure.self) { try read(server, options: options) }
        #expect(failure?.status == .invalidInput)
    }

    @Test func onlyTheGivenAuthorityCounts() throws {
        try Folder.withTemporary { folder in
            let certificate = Path.join(folder, "ca.pem")
            let served = Path.join(folder, "served")
            try Folder.create(served)
            try File.write(Path.join(served, "file"), Self.content)
            try TLSServer.with(folder: served, certificate: certificate) { server in
                var options = Self.options
                // Python's server knows no ranges: the whole file it is.
                options.authorities = try File.readText(certificate)
                let url = "https://127.0.0.1:\(server.port)/file"
                try check(HTTPRangeSource(url, length: Self.content.count, options: options))
                options.authorities = nil
                let failure = #expect(throws: Failure.self) {
                    try check(HTTPRangeSource(url, length: Self.content.count, options: options))
                }
                #expect(failure?.status == .signature)
                #expect(failure?.message.contains("the certificate of the server is not accepted") == true)
            }
        }
    }

    @Test func readsFilesOfThisMachine() throws {
        try Folder.withTemporary { folder in
            let path = Path.join(folder, "image")
            try File.write(path, [9, 9, 9] + Self.content)
            try check(FileRangeSource(path, offset: 3))
            let failure = #expect(throws: Failure.self) { try check(FileRangeSource(path, offset: 4)) }
            #expect(failure?.status == .device)
            #expect(failure?.message == "\"\(path)\" ends at 399999 bytes, and 400000 are needed")
            #expect(try FileRangeSource(path).read(Self.ranges, isCancelled: { true }, deliver: { _, _ in }) == false)
        }
    }
}
