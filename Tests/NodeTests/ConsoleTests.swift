import Glibc
import Host
import Synchronization
import TestSupport
import Testing

@testable import Node

@Suite struct ConsoleTests {
    @Test func showsTheScreenAndEndsWithEnter() throws {
        let status = try FixtureNode.with(FixtureNode.live) { $0.status() }
        let terminal = try Terminal()
        let end = try RunningConsole(on: terminal.line) { status }
        let screen = try #require(terminal.wait(for: "Press Enter to log in, or F2 for the menu."))
        #expect(screen.contains(" Nodewright \(version)"))
        #expect(!screen.contains("\u{1B}"), "a serial line gets no control sequences")
        try terminal.type("abc\u{03}\u{04}")
        #expect(terminal.wait(for: "a", seconds: 0.5) == nil, "keys are not echoed, and only Enter ends the screen")
        try terminal.type("\r")
        #expect(end.wait() == .login)
    }

    @Test func printsAgainOnlyWhenSomethingChanged() throws {
        let first = try FixtureNode.with(FixtureNode.live) { $0.status() }
        let second = try FixtureNode.with(FixtureNode.live) { $0.status(addresses: [:]) }
        let looks = Mutex(0)
        let terminal = try Terminal()
        let end = try RunningConsole(on: terminal.line) {
            looks.withLock { count in
                count += 1
                return count < 3 ? first : second
            }
        }
        #expect(terminal.wait(for: "Press Enter")?.contains("192.0.2.7/24") == true)
        let again = try #require(terminal.wait(for: "Press Enter"))
        #expect(again.contains("enp1s0          up      no address"))
        #expect(looks.withLock { $0 } == 3, "two looks that saw the same printed once")
        // Ctrl-L asks for it.
        try terminal.type("\u{0C}")
        #expect(terminal.wait(for: "Press Enter") != nil)
        try terminal.type("\n")
        #expect(end.wait() == .login)
    }

    /// What terminals send for F2 and F3: the kernel's own, VT100 and xterm, VT220.
    @Test(arguments: ["\u{1B}[[B", "\u{1B}OQ", "\u{1B}[12~"]) func functionKeysOpenMenuAndLogin(_ key: String) throws {
        let status = try FixtureNode.with(FixtureNode.live) { $0.status() }
        for (typed, wanted) in [(key, StatusConsole.End.menu), (Self.next(key), .login)] {
            let terminal = try Terminal()
            let end = try RunningConsole(on: terminal.line) { status }
            _ = terminal.wait(for: "F2 for the menu")
            try terminal.type(typed)
            #expect(end.wait() == wanted)
        }
    }

    /// F3 where F2 was.
    private static func next(_ key: String) -> String {
        key.replacing("[[B", with: "[[C").replacing("OQ", with: "OR").replacing("[12~", with: "[13~")
    }

    /// Nobody has configured the node: Enter sets it up, unless somebody does so elsewhere.
    @Test func enterSetsANewNodeUp() throws {
        let status = try FixtureNode.with(FixtureNode.live) { node in
            try ConfigurationState(
                phase: .unconfigured, activity: nil, seconds: nil, inputs: [], inForce: "", failure: nil, mistakes: [],
                notes: [], understood: nil
            ).write(root: node.root)
            return node.status()
        }
        let terminal = try Terminal()
        let end = try RunningConsole(on: terminal.line) { status }
        _ = terminal.wait(for: "Press Enter to set up this node, or F3 to log in.")
        try terminal.type("\r")
        #expect(end.wait() == .setup)

        let other = try Terminal()
        let waiting = try RunningConsole(on: other.line, setupOn: "tty1") { status }
        _ = other.wait(for: "This node is being set up on tty1. Press F3 to log in.")
        try other.type("\r")
        try other.type("\u{1B}OR")
        #expect(waiting.wait() == .login)
    }

    /// What happens to the configuration is told at once, however short the time since the last screen.
    @Test func newsOfTheConfigurationAreLinesOfTheirOwn() throws {
        var state = ConfigurationState(
            phase: .waiting, activity: "fetching https://h/n.yaml", seconds: nil, inputs: [], inForce: "", failure: nil,
            mistakes: [], notes: [], understood: nil)
        let (first, second) = try FixtureNode.with(FixtureNode.live) { node in
            try state.write(root: node.root)
            let first = node.status()
            (state.phase, state.activity, state.seconds) = (.configured, nil, 31)
            try state.write(root: node.root)
            return (first, node.status())
        }
        let looks = Mutex(0)
        let terminal = try Terminal()
        let end = try RunningConsole(on: terminal.line) {
            looks.withLock { count in
                count += 1
                return count < 2 ? first : second
            }
        }
        #expect(terminal.wait(for: "Press Enter")?.contains("Configuration     fetching https://h/n.yaml") == true)
        let news = try #require(terminal.wait(for: "found: nothing"))
        #expect(news.contains(" Configuration     configured 31 s after the kernel's start"))
        #expect(terminal.wait(for: "Press Enter", seconds: 3) == nil, "the screen itself is not printed again")
        try terminal.type("\n")
        #expect(end.wait() == .login)
    }

    @Test func theProgramBecomesAgetty() throws {
        guard Login.command(isVirtual: false) != nil else {
            print("skipped: agetty is not installed")
            return
        }
        guard Environment.program("script") != nil, getuid() == 0 else {
            print("skipped: needs script(1) and root, without which agetty does not start")
            return
        }
        let program = try Programs.built("nodectl")
        // Enter, and at the login prompt the end of the input, which ends agetty.
        let keys = "(sleep 2; printf '\\r'; sleep 2; printf '\\004'; sleep 1)"
        let pipe = "\(keys) | script -qfec 'exec \(program) console' /dev/null"
        let shown = try Command("timeout", ["20", "sh", "-c", pipe]).run().text
        let screen = try #require(shown.split(separator: "login: ").first)
        #expect(screen.contains("Press Enter to log in, or F2 for the menu."))
        #expect(shown.contains("login: "), "\(shown)")
    }
}
