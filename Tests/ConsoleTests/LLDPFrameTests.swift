import TestSupport
import Testing

@testable import Console

/// What frames of neighbours say, and that hostile ones say nothing.
@Suite struct LLDPFrameTests {
    private typealias Samples = LLDPSamples
    private static let device = Samples.field(1, 7, "chassis")
    private static let port = Samples.field(2, 5, "Gi1/0/3")
    private static let time = Samples.field(3, [0, 120])

    @Test func aRealFrame() throws {
        let frame = try #require(LLDPFrame(Samples.summit))
        #expect(frame.chassis == "00:01:30:f9:ad:a0" && frame.port == "1/1" && frame.timeToLive == 120)
        #expect(frame.portDescription == "Summit300-48-Port 1001" && frame.systemName == "Summit300-48")
        #expect(frame.description == "Summit300-48 port 1/1")
    }

    /// What a neighbour tells, and what people see of it.
    struct Row {
        let device: [UInt8]
        let port: [UInt8]
        var words: String?
        var name: String?
        let seen: String

        init(_ device: [UInt8]?, _ port: [UInt8]?, _ words: String? = nil, _ name: String? = nil, sees seen: String) {
            self.device = device ?? LLDPFrameTests.device
            self.port = port ?? LLDPFrameTests.port
            (self.words, self.name, self.seen) = (words, name, seen)
        }
    }

    private static let address: [UInt8] = [0x52, 0x54, 0, 0xAA, 0, 2]
    private static let rows: [Row] = [
        Row(nil, nil, sees: "chassis port Gi1/0/3"),
        Row(nil, nil, "uplink", "switch1", sees: "switch1 port Gi1/0/3"),
        Row(nil, nil, "", "", sees: "chassis port Gi1/0/3"),
        Row(Samples.field(1, [4] + address), nil, sees: "52:54:00:aa:00:02 port Gi1/0/3"),
        Row(Samples.field(1, [5, 1, 192, 0, 2, 1]), nil, sees: "192.0.2.1 port Gi1/0/3"),
        Row(
            Samples.field(1, [5, 2, 0x20, 1, 0xD, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]), nil,
            sees: "2001:db8::1 port Gi1/0/3"),
        // A family that is not that of the length, and one without an address.
        Row(Samples.field(1, [5, 2, 192, 0, 2, 1]), nil, sees: "02:c0:00:02:01 port Gi1/0/3"),
        Row(Samples.field(1, [5, 1]), nil, sees: "01 port Gi1/0/3"),
        // Linux: the port's address, and its name as the description.
        Row(nil, Samples.field(2, [3] + address), "eth0", "box", sees: "box port eth0"),
        Row(nil, Samples.field(2, [3] + address), nil, "box", sees: "box port 52:54:00:aa:00:02"),
        Row(nil, Samples.field(2, [4, 1, 192, 0, 2, 7]), sees: "chassis port 192.0.2.7"),
        // Juniper: an index within, and the name as the description; HP: the number in both.
        Row(nil, Samples.field(2, 7, "512"), "ge-0/0/1", "ex1", sees: "ex1 port 512 (ge-0/0/1)"),
        Row(nil, Samples.field(2, 7, "3"), "3", "hp1", sees: "hp1 port 3"),
        // A subtype of another version, and bytes that are no text.
        Row(nil, Samples.field(2, 99, "x1"), sees: "chassis port x1"),
        Row(nil, Samples.field(2, [7, 0, 1, 2]), sees: "chassis port 00:01:02"),
    ]

    @Test(arguments: rows) func whatPeopleSee(row: Row) {
        let words = row.words.map { Samples.field(4, Array($0.utf8)) } ?? []
        let name = row.name.map { Samples.field(5, Array($0.utf8)) } ?? []
        #expect(LLDPFrame(Samples.frame(row.device, row.port, Self.time, words, name))?.description == row.seen)
    }

    private static let names: [(String, String)] = [
        ("a\u{1B}[2Jb", "a[2Jb"), ("\u{9B}31mred", "31mred"), ("a\r\nb\tc\0", "abc"), ("\u{7F}x\u{85}", "x"),
        ("abc\u{202E}def\u{2066}", "abcdef"), ("z\u{200B}\u{FEFF}\u{2028}w", "zw"), ("  a \u{A0}  b  ", "a b"),
        ("e\u{301}\u{489}\u{20DD}", "e"), ("é ü 交换机", "é ü 交换机"), ("\u{E000}\u{1B}\0", "chassis"),
        ("   ", "chassis"),
        (String(repeating: "x", count: 255), String(repeating: "x", count: 64)),
    ]

    @Test(arguments: names) func textsAreFitForATerminal(name: String, expected: String) {
        let frame = LLDPFrame(Samples.frame(Self.device, Self.port, Self.time, Samples.field(5, Array(name.utf8))))
        #expect(frame?.description == expected + " port Gi1/0/3")
    }

    @Test func bytesThatAreNoTextAreShownAsSuch() {
        let name = Samples.field(5, [0x61, 0xFF, 0xC3, 0x28, 0x9B])
        let frame = LLDPFrame(Samples.frame(Self.device, Self.port, Self.time, name))
        #expect(frame?.systemName == "a\u{FFFD}\u{FFFD}(\u{FFFD}")
    }

    private static let malformed: [[[UInt8]]] = [
        [], [device], [device, port], [port, device, time], [device, time, port],
        [device, port, Samples.field(4, [0x61]), time],
        // Twice what is there once.
        [device, port, time, time], [device, port, time, port],
        [device, port, time, Samples.field(5, [0x61]), Samples.field(5, [0x62])],
        // Too short, too long, and an end that is not empty.
        [Samples.field(1, [4]), port, time], [device, Samples.field(2, []), time],
        [device, port, Samples.field(3, [1])],
        [Samples.field(1, [UInt8](repeating: 7, count: 257)), port, time],
        [device, port, time, Samples.field(5, [UInt8](repeating: 0x61, count: 256))],
        [device, port, time, Samples.field(0, [1])],
    ]

    @Test(arguments: malformed) func malformedFramesSayNothing(fields: [[UInt8]]) {
        #expect(LLDPFrame(Samples.header + fields.joined() + [0, 0]) == nil)
    }

    /// The time may have more bytes, a full frame has no end, and what follows the end does not count.
    @Test func oddFramesThatKeepToTheStandard() {
        let longTime = Samples.field(3, [1, 44, 9])
        #expect(LLDPFrame(Samples.header + Self.device + Self.port + longTime)?.timeToLive == 300)
        #expect(LLDPFrame(Samples.frame(Self.device, Self.port, Self.time) + [0xFF, 0xFF, 1])?.timeToLive == 120)
        #expect(LLDPFrame(Samples.frame(Self.device, Self.port, Samples.field(3, [0, 0])))?.timeToLive == 0)
    }

    /// Other groups, of which some come from behind a bridge, and other protocols.
    @Test func otherFramesSayNothing() {
        for (place, byte) in [(5, UInt8(0)), (5, 3), (0, 0xFF), (12, 8), (13, 0)] {
            var frame = Samples.summit
            frame[place] = byte
            #expect(LLDPFrame(frame) == nil)
        }
    }

    /// Cut anywhere, it is whole only where a TLV after the three that must be there ends.
    @Test func cutFramesSayNothing() {
        let frame = Samples.summit
        var ends: Set<Int> = []
        var place = 14
        while place < frame.count {
            place += 2 + Int(frame[place] & 1) << 8 + Int(frame[place + 1])
            // The three take 19 bytes.
            if place >= 14 + 19 { ends.insert(place) }
        }
        for count in 0...frame.count {
            #expect((LLDPFrame(Array(frame.prefix(count))) != nil) == ends.contains(count), "\(count) bytes")
        }
    }

    /// Each TLV with its value cut, and the length that it then has or the one that it had.
    @Test func cutFieldsSayNothingWrong() {
        let values: [(UInt8, [UInt8])] = [
            (1, [4, 0x52, 0x54, 0, 0, 0, 1]), (2, [4, 1, 192, 0, 2, 1]), (3, [0, 120]), (4, Array("port ü".utf8)),
            (5, Array("switch".utf8)), (127, [0, 0x12, 0x0F, 1, 2]),
        ]
        for (index, (type, value)) in values.enumerated() {
            for count in 0..<value.count {
                var fields = values.map(Samples.field)
                fields[index] = Samples.field(type, Array(value.prefix(count)))
                let isMalformed = type <= 3 && count < 2
                let frame = LLDPFrame(Samples.header + fields.joined() + [0, 0])
                #expect((frame == nil) == isMalformed, "type \(type), \(count) bytes")
                fields[index] = Array(Samples.field(type, value).prefix(2 + count))
                _ = LLDPFrame(Samples.header + fields.joined() + [0, 0])
            }
        }
    }

    @Test(arguments: 0..<20) func damagedFramesNeverHarm(seed: Int) {
        var mutations = Mutations(seed: seed, pieces: ["\u{02}\u{07}", "\u{1B}[", "\u{06}\u{02}", "\u{0A}\u{FF}"])
        for _ in 0..<500 {
            let body = mutations.mutate(Array(Samples.summit.dropFirst(14)))
            guard let text = LLDPFrame(Samples.header + body)?.description else { continue }
            #expect(text.unicodeScalars.count <= 64 * 3 + 9)
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
        }
    }
}
