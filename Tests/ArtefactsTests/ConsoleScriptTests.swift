import Host
import Testing

@testable import Artefacts

@Suite struct ConsoleScriptTests {
    @Test func everyStepIsRead() throws {
        let script = try ConsoleScript(
            text:
                "# log in\n\nexpect login: $\nsend root\ntype \\e[B\\x03\nwait 0.5\nscreenshot a.png\nrefuse emergency",
            file: "s")
        #expect(script.steps.count == 5)
        #expect(script.refused.map(\.pattern) == ["end Kernel panic", "emergency"])
        guard case .expect("login: $", _) = script.steps[0], case .type(Array("root\r".utf8)) = script.steps[1],
            case .type([0x1B, 0x5B, 0x42, 0x03]) = script.steps[2], case .wait(0.5) = script.steps[3],
            case .screenshot("a.png") = script.steps[4]
        else {
            Issue.record("unexpected steps: \(script.steps)")
            return
        }
    }

    @Test func everyMistakeIsNamedWithItsLine() {
        let error = #expect(throws: Failure.self) {
            try ConsoleScript(
                text: "expct x\nexpect (\nsend \\q\nwait soon\nscreenshot\ntype \\x4\nexpect", file: "boot.txt")
        }
        #expect(error?.status == .invalidInput)
        let lines = [error?.message ?? ""] + (error?.details ?? [])
        #expect(lines.count == 7)
        for (index, line) in lines.enumerated() { #expect(line.hasPrefix("boot.txt:\(index + 1): error: "), "\(line)") }
    }

    /// What a console sends, and the lines in which patterns are looked for.
    @Test(arguments: [
        ("one\r\ntwo", ["one", "two"]),
        ("\u{1B}[0;32m OK \u{1B}[0m done\r\n", [" OK  done", ""]),
        ("\u{1B}[2;25HGNU GRUB\u{1B}[5;3HLive", ["", "GNU GRUB", "Live"]),
        ("\u{1B}]0;title\u{07}text", ["text"]),
        ("\u{1B}(Bplain\u{08}", ["plain"]),
        ("a\r\n\r\n\r\nb", ["a", "", "b"]),
    ])
    func controlSequencesAreNoText(_ sent: String, _ lines: [String]) {
        var text = SerialText()
        // Byte by byte, as a slow line sends it.
        for byte in sent.utf8 { text.append([byte]) }
        #expect(text.lines == lines)
    }

    @Test func aFloodIsBounded() {
        var text = SerialText()
        text.append([UInt8](repeating: 0x78, count: 1 << 20))
        for _ in 0..<10_000 { text.append(Array("line\n".utf8)) }
        #expect(text.lines.count <= 4001)
        #expect(text.forgotten > 0)
    }
}
