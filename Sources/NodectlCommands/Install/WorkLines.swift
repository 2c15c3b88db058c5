import Document
import Glibc
import Host
import Synchronization

/// Phases of a long job: lines on standard error, on a terminal with how far each is; or events on standard output, one JSON
/// object per line, as those of `nodewright --json`.
final class WorkLines: Sendable {
    private struct State {
        var percent = -1
        /// When the phase began, and when it was last told how far it is: seconds.
        var begun = 0.0
        var told = 0.0
    }

    private let isTerminal = isatty(2) == 1
    private let json: Bool
    private let output: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameter output: gets the lines of JSON
    init(json: Bool, output: @escaping @Sendable (String) -> Void = { try? Output.result($0) }) {
        self.json = json
        self.output = output
    }

    var sink: ProgressSink { { self.json ? self.tell($0) : self.show($0) } }

    private func tell(_ event: ProgressEvent) {
        let now = monotonicSeconds()
        func line(_ object: JSONValue) { output(JSON.text(object) + "\n") }
        switch event {
        case .started(let phase, let total, let unit):
            state.withLock { $0.begun = now }
            line([
                "event": "started", "phase": .string(phase), "total": .optional(total), "unit": .string(unit.rawValue),
            ])
        case .advanced(let phase, let done, let total):
            // Five times a second is enough for whoever reads the events.
            let isDue = state.withLock { state in
                let isDue = now - state.told >= 0.2
                if isDue { state.told = now }
                return isDue
            }
            guard isDue else { return }
            line([
                "event": "advanced", "phase": .string(phase), "done": .integer(done), "total": .optional(total),
            ])
        case .finished(let phase, let note):
            let seconds = now - state.withLock { $0.begun }
            line([
                "event": "finished", "phase": .string(phase), "note": .string(note),
                "milliseconds": .integer(Int(seconds * 1000)),
            ])
        case .warning(let text): line(["event": "warning", "message": .string(text)])
        case .reused, .command: break
        }
    }

    private func show(_ event: ProgressEvent) {
        switch event {
        case .started(let phase, _, _):
            if isTerminal { write("\r\u{1B}[Knodectl: \(phase)") } else { Output.error("nodectl: " + phase) }
        case .advanced(let phase, let done, let total):
            guard isTerminal, let total, total > 0 else { return }
            let now = done * 100 / total
            let isNew = state.withLock { state in
                defer { state.percent = now }
                return state.percent != now
            }
            if isNew { write("\r\u{1B}[Knodectl: \(phase), \(now) %") }
        case .finished(let phase, let note):
            if isTerminal { Output.error("\r\u{1B}[Knodectl: \(phase)" + (note.isEmpty ? "" : ", \(note)")) }
        case .warning(let text): Output.warning(text)
        case .reused, .command: break
        }
    }

    private func write(_ text: String) { try? File.append(Array(text.utf8), to: 2, named: "standard error") }
}
