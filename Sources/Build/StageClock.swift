import Host
import Synchronization

/// Notes when each phase begins and how long it takes, for the summary and the timeline.
final class StageClock: Sendable {
    /// A phase that has ended.
    struct Stage: Sendable {
        let name: String
        /// Seconds since the build began.
        let begin: Double
        let seconds: Double
        let note: String
        /// Whether an earlier build did it.
        let isReused: Bool
    }

    private struct State {
        var begun: [String: Double] = [:]
        var stages: [Stage] = []
    }

    private let state = Mutex(State())
    private let next: ProgressSink
    private let start = monotonicSeconds()

    init(_ next: @escaping ProgressSink) { self.next = next }

    /// What has ended so far, in the order of ending.
    var stages: [Stage] { state.withLock { $0.stages } }

    func hear(_ event: ProgressEvent) {
        let now = monotonicSeconds() - start
        switch event {
        case .started(let phase, _, _): state.withLock { $0.begun[phase] = now }
        case .finished(let phase, let note):
            state.withLock { state in
                guard let begin = state.begun.removeValue(forKey: phase) else { return }
                state.stages.append(
                    Stage(name: phase, begin: begin, seconds: now - begin, note: note, isReused: false))
            }
        case .reused(let phase, let note):
            state.withLock {
                $0.stages.append(Stage(name: phase, begin: now, seconds: 0, note: note, isReused: true))
            }
        default: break
        }
        next(event)
    }
}
