import Glibc
import Host
import TestSupport
import Testing

@testable import Transfer

@Suite struct MultipartReaderTests {
    private static let body = Array(
        """
        \r\n--b\r\nContent-Type: x/y\r\nContent-Range: bytes 5-9/100\r\n\r\n--b\r\n\r\n\
        --b\r\ncontent-range:bytes 20-22/*\r\n\r\nabc\r\n--b--\r\n
        """.utf8)

    /// What a body says, fed in pieces of this many bytes.
    private func read(_ body: [UInt8], pieces: Int) throws -> (
        parts: [Range<Int>], bytes: [Int: UInt8], isComplete: Bool
    ) {
        var reader = try #require(MultipartReader(contentType: "multipart/byteranges; boundary=b"))
        var parts: [Range<Int>] = []
        var bytes: [Int: UInt8] = [:]
        for start in stride(from: 0, to: body.count, by: pieces) {
            try body[start..<min(body.count, start + pieces)].withUnsafeBytes { piece in
                try reader.add(
                    piece, begins: { parts.append($0.bytes) },
                    deliver: { offset, part in
                        for (index, byte) in part.enumerated() { bytes[offset + index] = byte }
                    })
            }
        }
        return (parts, bytes, reader.isComplete)
    }

    /// The same, however the network cuts it; a part may look like a boundary.
    @Test func isReadInPiecesOfAnySize() throws {
        for pieces in 1...Self.body.count {
            let (parts, bytes, isComplete) = try read(Self.body, pieces: pieces)
            #expect(parts == [5..<10, 20..<23])
            #expect((5..<10).compactMap { bytes[$0] } == Array("--b\r\n".utf8))
            #expect((20..<23).compactMap { bytes[$0] } == Array("abc".utf8))
            #expect(bytes.count == 8 && isComplete)
        }
    }

    @Test(arguments: [
        ("multipart/byteranges; boundary=abc", true), ("Multipart/ByteRanges;x=1 ; BOUNDARY=\"a b\"", true),
        ("multipart/byteranges", false), ("multipart/byteranges; boundary=", false),
        ("multipart/byteranges; boundary=\"\"", false), ("multipart/mixed; boundary=a", false), ("", false),
        ("multipart/byteranges; boundary=" + String(repeating: "a", count: 201), false), (";", false),
    ])
    func knowsItsType(type: String, isOne: Bool) { #expect((MultipartReader(contentType: type) != nil) == isOne) }

    /// Whatever the server sends: no trap, no bytes outside of the ranges that were announced.
    @Test func survivesDamage() throws {
        var refused = 0
        for seed in 0..<4000 {
            var mutations = Mutations(
                seed: seed,
                pieces: ["--b", "--b--", "\r\n", "\r\n\r\n", "Content-Range: bytes 0-0/1", "9223372036854775807"])
            do {
                let (parts, bytes, _) = try read(mutations.mutate(Self.body), pieces: 1 + seed % 7)
                #expect(bytes.keys.allSatisfy { place in parts.contains { $0.contains(place) } })
            } catch is MultipartReader.Malformed {
                refused += 1
            }
        }
        #expect(refused > 200)
    }
}

@Suite struct ContentRangeTests {
    @Test(
        arguments: [
            ("bytes 0-0/1", 0..<1, 1), ("bytes 5-9/100", 5..<10, 100), ("Bytes  5-9/10", 5..<10, 10),
            ("bytes 5-9/*", 5..<10, nil),
        ] as [(String, Range<Int>, Int?)])
    func reads(text: String, bytes: Range<Int>, total: Int?) {
        let range = ContentRange(text)
        #expect(range?.bytes == bytes && range?.total == total)
    }

    @Test(arguments: [
        "", "bytes", "bytes ", "bytes */100", "bytes 5-9", "bytes 9-5/100", "bytes 5-9/9", "bytes -5-9/100",
        "bytes 5-/100",
        "bytes +5-9/100", "bytes 5-9/100/2", "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*",
        "bytes 5-9/ 100", "items 5-9/100", "bytes 5–9/100", "bytes ٥-٩/١٠٠",
    ])
    func refuses(text: String) { #expect(ContentRange(text) == nil) }
}
