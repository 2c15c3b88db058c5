import Document
import Host
import Synchronization
import Testing

@testable import NodectlCommands

/// What `nodectl install --json` says while it works.
@Suite struct WorkLinesTests {
    @Test func eventsAreOneObjectPerLine() throws {
        let text = Mutex("")
        let sink = WorkLines(json: true) { line in text.withLock { $0 += line } }.sink
        sink(.started(phase: "writing slot A", total: 100, unit: .bytes))
        // No more than five times a second.
        for done in 1...50 { sink(.advanced(phase: "writing slot A", done: done, total: 100)) }
        sink(.finished(phase: "writing slot A", note: "0 MiB"))
        sink(.warning("the firmware \"X\" refuses"))
        let lines = text.withLock { $0 }.split(separator: "\n")
        let events = try lines.map { try JSON.parse(Array($0.utf8), file: "events") }
        #expect(events.map { $0["event"]?.string } == ["started", "advanced", "finished", "warning"])
        #expect(events[0]["phase"]?.string == "writing slot A" && events[0]["unit"]?.string == "bytes")
        #expect(events[1]["done"]?.integer == 1 && events[1]["total"]?.integer == 100)
        #expect(events[2]["note"]?.string == "0 MiB" && events[2]["milliseconds"]?.integer != nil)
        #expect(events[3]["message"]?.string == "the firmware \"X\" refuses")
    }
}
