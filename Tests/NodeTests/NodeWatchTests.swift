import Glibc
import Host
import TestSupport
import Testing

@testable import Node

@Suite struct NodeWatchTests {
    /// What a console gets to know within some seconds after something was done.
    private func key(_ watch: NodeWatch, within seconds: Double, after deed: () throws -> Void) throws
        -> ConsoleTerminal.Key
    {
        let terminal = try Terminal()
        let console = ConsoleTerminal(input: terminal.line, output: terminal.line)
        // What making the folders has set off.
        while case .event = console.key(within: 0.2, or: watch) {}
        try deed()
        return console.key(within: seconds, or: watch)
    }

    @Test func aFileOfOursWakesTheConsoleAndReadingOneDoesNot() throws {
        try Folder.withTemporary { root in
            let file = Path.join(root, "run/nodewright/configuration.json")
            try Folder.create(Path.parent(file))
            let watch = NodeWatch(root: root, address: "unix:path=/nowhere")
            #expect(!watch.isComplete)
            #expect(try key(watch, within: 10) { try File.write(file, "{}") } == .event)
            #expect(try key(watch, within: 0.5) { _ = try File.read(file, limit: 10) } == .nothing)
            #expect(
                try key(watch, within: 0.5) { try FileLock(Path.join(root, "lock"), wait: false).release() } == .nothing
            )
            #expect(try key(watch, within: 10) { try File.remove(file) } == .event)
        }
    }

    @Test func aUnitThatChangesWakesTheConsole() throws {
        guard Environment.program("dbus-daemon") != nil else { return print("skipped: dbus-daemon is not installed") }
        try Folder.withTemporary(prefix: "nodectl-bus") { folder in
            let stub = try StubManager(folder: folder) { $0 == "Subscribe" ? [] : nil }
            defer { stub.stop() }
            let watch = NodeWatch(root: folder, address: stub.address)
            #expect(watch.isComplete)
            #expect(try key(watch, within: 0.5) {} == .nothing)
            #expect(try key(watch, within: 10) { stub.change() } == .event)
            watch.hasLooked()
            #expect(try key(watch, within: 0.3) { stub.change() } == .nothing, "what a look itself sets off")
            usleep(300_000)
            #expect(try key(watch, within: 10) { stub.change() } == .event)
            stub.stop()
            // The bus is gone: the console hears of it, and asks by itself from now on.
            #expect(try key(watch, within: 10) {} == .event || !watch.isComplete)
        }
    }

    /// Nothing happens: nobody looks at the node.
    @Test func aNodeOnWhichNothingHappensIsLeftAlone() throws {
        guard Environment.program("dbus-daemon") != nil else { return print("skipped: dbus-daemon is not installed") }
        try Folder.withTemporary(prefix: "nodectl-bus") { folder in
            let stub = try StubManager(folder: folder) { $0 == "Subscribe" ? [] : nil }
            defer { stub.stop() }
            let status = try FixtureNode.with(FixtureNode.live) { $0.status() }
            let terminal = try Terminal()
            let console = try RunningConsole(on: terminal.line, watch: (folder, stub.address)) { status }
            #expect(terminal.wait(for: "Press Enter to log in") != nil)
            let before = console.looks
            sleep(5)
            #expect(console.looks == before)
            stub.change()
            let end = monotonicSeconds() + 10
            while console.looks == before, monotonicSeconds() < end { usleep(50_000) }
            #expect(console.looks == before + 1)
            try terminal.type("\r")
            #expect(console.wait() == .login)
        }
    }
}
