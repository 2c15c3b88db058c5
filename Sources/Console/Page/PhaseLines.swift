import Host
import Synchronization

/// Phases of work as lines that stay: each once at its beginning and at its end, and every tenth in between.
final class PhaseLines: Sendable {
    private let tenth = Mutex(0)
    private let say: @Sendable (String) -> Void

    init(_ say: @escaping @Sendable (String) -> Void) { self.say = say }

    var sink: ProgressSink {
        { event in
            switch event {
            case .started(let phase, _, _):
                self.tenth.withLock { $0 = 0 }
                self.say(phase + " ...")
            case .advanced(let phase, let done, let total):
                guard let total, total > 0 else { return }
                let tenth = done * 10 / total
                let isNew = self.tenth.withLock { known in
                    defer { known = max(known, tenth) }
                    return tenth > known && tenth < 10
                }
                if isNew { self.say("\(phase): \(tenth)0 %") }
            case .finished(let phase, let note): self.say(phase + ": done" + (note.isEmpty ? "" : ", " + note))
            case .reused(let phase, let note): self.say(phase + (note.isEmpty ? "" : ": " + note))
            case .warning(let text): self.say("! " + text)
            case .command: return
            }
        }
    }
}
