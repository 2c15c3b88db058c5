import NodeConfig
import TestSupport
import Testing

@Suite struct CommandLineWordsTests {
    /// A word without its place.
    struct Pair: Equatable {
        let name: String
        let value: String?

        init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    /// One row: the text, and the arguments that the kernel's `next_arg` makes of it.
    private static let rows: [(String, [Pair])] = [
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

    @Test(arguments: [("a=b", 2), ("\"a=b c\"", 3), ("a=\"b\"", 3), ("\"a=\"b", 4), ("ä=b", 2), ("a", 0)])
    func knowsWhereTheValueBegins(_ text: String, _ offset: Int) {
        #expect(KernelCommandLine(text).words[0].valueOffset == offset)
    }

    @Test(arguments: rows) func splitsAsTheKernelDoes(_ text: String, _ expected: [Pair]) {
        let words = KernelCommandLine(text).words
        #expect(words.map { Pair($0.name, $0.value) } == expected)
        #expect(words.map(\.number) == Array(1..<words.count + 1))
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
        var generator = SeededGenerator(seed: 1)
        let alphabet = Array("\"= -a\t\0_".utf8) + [0xA0, 0xFF]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            #expect(KernelCommandLine(bytes).words.count <= bytes.count)
        }
        let long = KernelCommandLine([UInt8](repeating: 0x61, count: 1 << 20))
        #expect(long.words[0].name.utf8.count == 1 << 16)
        #expect(long.isCut)
    }
}
