public import Boot
public import Disks
public import Document
import NodeConfig

/// What `nodectl slots` shows.
public struct SlotsReport: Hashable, Sendable {
    /// The slots that the disk has room for.
    public let slots: [Slot]
    /// The slot that runs.
    public let running: Slot
    /// What the boot loader knows.
    public let control: BootControlState
    /// What has happened, the oldest first.
    public let events: [SlotHistory.Event]

    /// A report of these parts.
    public init(slots: [Slot], running: Slot, control: BootControlState, events: [SlotHistory.Event]) {
        self.slots = slots
        self.running = running
        self.control = control
        self.events = events
    }

    /// What is in the slots of a node now; nil on a system that has none.
    static func read(root: String, commandLine: KernelCommandLine) -> SlotsReport? {
        guard let slots = try? NodeSlots(root: root, commandLine: commandLine), let control = try? slots.read() else {
            return nil
        }
        return SlotsReport(slots: slots.all, running: slots.running, control: control, events: slots.history.events)
    }

    /// The slots in one line: `A runs: good; B: empty`.
    var line: String {
        slots.map { slot in
            let notes = [slot == running ? "runs" : nil, slot != running && slot == control.choice.slot ? "next" : nil]
            return ([slot.name] + notes.compactMap { $0 }).joined(separator: " ") + ": " + sentence(slot)
        }.joined(separator: "; ")
    }

    /// What failed last, in words; nil when nothing has.
    var lastFailure: String? {
        guard let event = events.last(where: { ["failed", "bad"].contains($0.what) }) else { return nil }
        return "slot \(event.slot.uppercased()): \(event.reason ?? "marked as bad") (\(event.date))"
    }

    /// For machines.
    public var json: JSONValue {
        [
            "running": .string(running.rawValue), "next": .optional(control.choice.slot?.rawValue),
            "problems": .strings(control.problems), "slots": .array(slots.map(json)),
            "history": .array(events.map(\.json)),
        ]
    }

    private func json(_ slot: Slot) -> JSONValue {
        let counters = control.state?[slot]
        return [
            "slot": .string(slot.rawValue), "title": .optional(control.entries[slot]?.title),
            "root-hash": .optional(control.entries[slot]?.rootHash), "state": .string(word(slot)),
            "good": counters.map { .bool($0.isGood) } ?? .null, "tries-left": .optional(counters?.triesLeft),
            "failures": .optional(counters?.failures), "startable": .bool(control.startable.contains(slot)),
        ]
    }

    /// One word for the state of a slot.
    private func word(_ slot: Slot) -> String {
        if control.entries[slot] == nil { return "empty" }
        guard control.startable.contains(slot) else { return "incomplete" }
        guard slots.count > 1, let state = control.state else { return slots.count > 1 ? "unknown" : "only" }
        switch state.rank(slot, startable: control.startable) {
        case .ready: return state[slot].isGood ? "good" : "trial"
        case .failing: return "failing"
        case .spent: return "failed"
        case .missing: return "incomplete"
        }
    }

    private func sentence(_ slot: Slot) -> String {
        let counters = control.state?[slot]
        switch word(slot) {
        case "empty": return "empty"
        case "incomplete": return "lacks its kernel, its initramfs or its menu entry"
        case "only": return "the only slot of this disk"
        case "unknown": return "nothing is known of it"
        case "trial":
            let left = counters?.triesLeft ?? 0
            return "on trial, \(left) start\(left == 1 ? "" : "s") left"
        case "failing": return "good once, but its last \(counters?.failures ?? 0) starts did not become healthy"
        case "failed": return "not good, no trial starts left"
        default:
            let failures = counters?.failures ?? 0
            // The start that runs now is counted until it has been found healthy.
            return failures > 1 ? "good, \(failures) starts not yet healthy" : "good"
        }
    }

    /// For people.
    public var text: String {
        var lines: [String] = []
        for slot in slots {
            var notes: [String] = []
            if slot == running { notes.append("runs") }
            if slot == control.choice.slot { notes.append("starts next") }
            let mark = notes.isEmpty ? "" : "  <- " + notes.joined(separator: ", ")
            lines.append("Slot \(slot.name)  \(control.entries[slot]?.title ?? "-")\(mark)")
            lines.append("        " + sentence(slot))
            if let hash = control.entries[slot]?.rootHash { lines.append("        root hash \(hash)") }
        }
        if control.choice.slot == nil { lines.append("No slot of this disk can be started.") }
        if control.state == nil, slots.count > 1 {
            lines.append(
                "Both copies of the boot loader's counters are destroyed; the next healthy start makes them anew.")
        }
        lines += control.problems.map { "Problem: " + $0 }
        if !events.isEmpty { lines.append("History") }
        for event in events.suffix(10) {
            lines.append(
                "        \(event.date)  slot \(event.slot.uppercased())  \(event.what)"
                    + (event.reason.map { ": " + $0 } ?? ""))
        }
        // Titles and reasons come from the disk.
        return lines.map { PlainText.printable($0, limit: 1000) + "\n" }.joined()
    }
}
