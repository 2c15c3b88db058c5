import Node
import NodeConfig
import Testing

@Suite struct KernelCommandLineTests {
    /// One row: the text, and the arguments that the kernel's `next_arg` makes of it.
    private static let rows: [(String, [KernelCommandLine.Argument])] = [
        ("", []),
        ("  \n", []),
        ("quiet ro\n", [.init("quiet"), .init("ro")]),
        ("a=1\t b=2\u{0B}c=", [.init("a", "1"), .init("b", "2"), .init("c", "")]),
        ("a=b=c", [.init("a", "b=c")]),
        ("=x", [.init("=x")]),
        // Quotes around the value, around the whole, and in the middle, where they stay.
        ("a=\"x y\" b", [.init("a", "x y"), .init("b")]),
        ("\"a=x y\" b", [.init("a", "x y"), .init("b")]),
        ("\"a b\" c", [.init("a b"), .init("c")]),
        ("a=x\" \"y b", [.init("a", "x\" \"y"), .init("b")]),
        ("\"\"", [.init("")]),
        ("a=\"\"", [.init("a", "")]),
        ("a=\"", [.init("a", "")]),
        // A quote that is never closed takes the rest.
        ("a=\"x y z", [.init("a", "x y z")]),
        // There is no escaping, and an apostrophe is no quote.
        ("a=\\\"x b", [.init("a", "\\\"x b")]),
        ("a='x y'", [.init("a", "'x"), .init("y'")]),
        // What follows -- is for process 1, but --x is an argument.
        ("a -- b=1", [.init("a")]),
        ("--x a", [.init("--x"), .init("a")]),
    ]

    @Test(arguments: rows) func splitsAsTheKernelDoes(_ text: String, _ expected: [KernelCommandLine.Argument]) {
        #expect(KernelCommandLine(text).arguments == expected)
    }

    @Test func theLastValueCountsAndHyphensAreUnderscores() {
        let line = KernelCommandLine("a-b=1 a_b=2 a_b c")
        #expect(line["a_b"] == "2")
        #expect(line["a-b"] == "2")
        #expect(line.contains("c"))
        #expect(line["c"] == nil)
        #expect(!line.contains("ab"))
    }

    @Test func hostileBytesEndUpInNoCheckedType() {
        let line = KernelCommandLine([UInt8]("hostname=a".utf8) + [0xFF, 0xFE, 0x1B] + Array("[2J x=1\0y=2".utf8))
        #expect(line["hostname"].flatMap { Hostname($0) } == nil)
        #expect(line["x"] == "1")
        #expect(line["y"] == nil, "a zero byte ends the line")
    }

    @Test func everyInputEndsAndStaysWithinTheLimit() {
        var generator = Counter(state: 1)
        let alphabet = Array("\"= -a\t\0_".utf8) + [0xA0, 0xFF]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            #expect(KernelCommandLine(bytes).arguments.count <= bytes.count)
        }
        #expect(KernelCommandLine([UInt8](repeating: 0x61, count: 1 << 20)).arguments[0].name.utf8.count == 1 << 16)
    }
}

/// Random numbers that are the same in every run (splitmix64).
private struct Counter: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
