import Glibc
import Host
import Synchronization

/// Phases of a long job as lines on standard error; on a terminal with how far each is.
final class WorkLines: Sendable {
    private let isTerminal = isatty(2) == 1
    private let isQuiet: Bool
    private let percent = Mutex(-1)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Hears the events.
    var sink: ProgressSink {
        { event in
            guard !self.isQuiet else { return }
            switch event {
            case .started(let phase, _, _):
                if self.isTerminal {
                    self.write("\r\u{1B}[Knodectl: \(phase)")
                } else {
                    Output.error("nodectl: " + phase)
                }
            case .advanced(let phase, let done, let total):
                guard self.isTerminal, let total, total > 0 else { return }
                let now = done * 100 / total
                let isNew = self.percent.withLock { last in
                    defer { last = now }
                    return last != now
                }
                if isNew { self.write("\r\u{1B}[Knodectl: \(phase), \(now) %") }
            case .finished(let phase, let note):
                if self.isTerminal { Output.error("\r\u{1B}[Knodectl: \(phase)" + (note.isEmpty ? "" : ", \(note)")) }
            case .warning(let text): Output.warning(text)
            case .reused, .command: break
            }
        }
    }

    private func write(_ text: String) { try? File.append(Array(text.utf8), to: 2, named: "standard error") }
}
