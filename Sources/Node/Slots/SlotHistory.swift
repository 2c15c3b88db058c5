public import Document
import Host

/// What has happened to the slots of a node, on its state partition: the reason of a fallback outlasts the restart.
public struct SlotHistory: Sendable {
    /// One thing that happened.
    public struct Event: Hashable, Sendable {
        /// Seconds since 1970.
        public let time: Int
        /// `a` or `b`.
        public let slot: String
        /// What: `activated`, `good`, `bad`, `failed`, `took over`.
        public let what: String
        /// Why, in words.
        public let reason: String?

        /// `2026-11-22 03:00 UTC`
        public var date: String {
            let moment = CalendarTime(time)
            return "\(moment.date) \(moment.clock.prefix(5)) UTC"
        }

        /// The event for machines.
        public var json: JSONValue {
            ["time": .integer(time), "slot": .string(slot), "event": .string(what), "reason": .optional(reason)]
        }
    }

    /// Older ones are forgotten.
    private static let limit = 50

    private let file: String?

    /// The history of a node; without a place for its state there is none.
    init(root: String) {
        file = StatePartition.folder(root: root).map { Path.join($0, "slots/history.json") }
    }

    /// The events, the oldest first. A damaged file is an empty history.
    public var events: [Event] {
        guard let file, let bytes = try? File.read(file, limit: 1 << 20),
            let list = (try? JSON.parse(bytes, file: file))?.sequence
        else { return [] }
        return list.compactMap { node in
            guard let time = node["time"]?.integer, let slot = node["slot"]?.string, let what = node["event"]?.string
            else { return nil }
            return Event(time: time, slot: slot, what: what, reason: node["reason"]?.string)
        }
    }

    /// Why the other slot does not run, in words; nil while nothing has gone wrong with it since it was last chosen.
    ///
    /// - Parameter running: `a` or `b`
    func fallback(running: String) -> String? {
        // What happens to the slot that runs says nothing of the other one, its taking over apart.
        guard let last = events.last(where: { $0.slot != running || $0.what == "took over" }),
            last.slot == running || ["failed", "bad"].contains(last.what)
        else { return nil }
        let other = running == "a" ? "B" : "A"
        let failure = events.last { $0.slot != running && $0.what == "failed" && $0.time > last.time - 3600 }
        let reason = (last.slot == running ? failure?.reason : nil) ?? last.reason ?? "it was marked as bad"
        return "slot \(other) is not used: \(reason) (\(last.date))"
    }

    /// Adds an event.
    func add(_ slot: String, _ what: String, reason: String? = nil) throws {
        guard let file else { return }
        try Folder.create(Path.parent(file), mode: 0o700)
        let event = Event(time: wallClockSeconds(), slot: slot, what: what, reason: reason)
        let all = (events + [event]).suffix(Self.limit)
        try File.write(file, JSON.text(.array(all.map(\.json)), pretty: true))
    }
}
