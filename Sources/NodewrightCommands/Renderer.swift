import CLinux
import Document
import Glibc
import Host
import Recipe
import Synchronization

/// Shows progress events: one bar per phase on a terminal, a line per finished phase elsewhere, JSON lines with `--json`.
final class Renderer: Sendable {
    private struct State {
        var started: [String: Double] = [:]
        var totals: [String: (total: Int?, unit: ProgressUnit)] = [:]
        var lastDrawn = 0.0
        var barShown = false
    }

    private let json: Bool
    private let verbose: Bool
    private let terminal = isatty(2) == 1
    private let state = Mutex(State())

    init(json: Bool, verbose: Bool) {
        self.json = json
        self.verbose = verbose
    }

    func show(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .started(let phase, let total, let unit):
                state.started[phase] = monotonicSeconds()
                state.totals[phase] = (total, unit)
                if json {
                    Self.writeLine([
                        "event": .string("started"), "phase": .string(phase), "total": .optional(total),
                        "unit": .string(unit.rawValue),
                    ])
                } else {
                    draw(&state, phase, 0, total)
                }
            case .advanced(let phase, let done, let total):
                // Five times a second is enough for eyes and for whoever reads the events.
                let now = monotonicSeconds()
                guard now - state.lastDrawn >= 0.2 else { return }
                state.lastDrawn = now
                if json {
                    Self.writeLine([
                        "event": .string("advanced"), "phase": .string(phase), "done": .integer(done),
                        "total": .optional(total),
                    ])
                } else {
                    draw(&state, phase, done, total)
                }
            case .finished(let phase, let note): end(&state, phase, note, reused: false)
            case .reused(let phase, let note): end(&state, phase, note, reused: true)
            case .warning(let text):
                if json { return Self.writeLine(["event": .string("warning"), "message": .string(text)]) }
                clear(&state)
                print("warning: \(text)", to: &standardError)
            case .command(let text):
                guard verbose else { return }
                if json { return Self.writeLine(["event": .string("command"), "command": .string(text)]) }
                clear(&state)
                print("+ \(text)", to: &standardError)
            }
        }
    }

    private func end(_ state: inout State, _ phase: String, _ note: String, reused: Bool) {
        let seconds = state.started.removeValue(forKey: phase).map { monotonicSeconds() - $0 } ?? 0
        if json {
            return Self.writeLine([
                "event": .string(reused ? "reused" : "finished"), "phase": .string(phase), "note": .string(note),
                "milliseconds": .integer(Int(seconds * 1000)),
            ])
        }
        clear(&state)
        let time = reused ? "unchanged" : Renderer.seconds(seconds)
        print("\(padded(phase, 22)) \(padded(time, 9)) \(note)", to: &standardError)
    }

    /// `12.3 s`
    static func seconds(_ value: Double) -> String {
        let tenths = Int(value * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10) s"
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func draw(_ state: inout State, _ phase: String, _ done: Int, _ total: Int?) {
        guard terminal else { return }
        let unit = state.totals[phase]?.unit ?? .items
        let total = total ?? state.totals[phase]?.total
        let width = max(20, min(Int(nlinux_terminal_columns(2)), 120))
        let numbers = total.map { "\(amount(done, unit)) of \(amount($0, unit))" } ?? amount(done, unit)
        var text = "\(padded(phase, 22)) "
        if let total, total > 0 {
            let room = max(0, width - text.count - numbers.count - 4)
            let filled = min(room, room * max(0, done) / total)
            text += "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: room - filled) + "] "
        }
        text = String((text + numbers).prefix(width - 1))
        print("\r\u{1B}[K" + text, terminator: "", to: &standardError)
        state.barShown = true
    }

    private func clear(_ state: inout State) {
        guard state.barShown else { return }
        print("\r\u{1B}[K", terminator: "", to: &standardError)
        state.barShown = false
    }

    private func amount(_ count: Int, _ unit: ProgressUnit) -> String {
        unit == .bytes ? "\(count / 1_000_000) MB" : "\(count)"
    }

    /// One line of JSON on standard output, at once.
    private static func writeLine(_ value: JSONValue) {
        try? File.append(JSON.bytes(value) + [0x0A], to: 1, named: "standard output")
    }

    /// Shows what ended the program.
    static func report(_ failure: Failure, json: Bool) {
        print((isatty(2) == 1 ? "\r\u{1B}[K" : "") + "error: " + failure.description, to: &standardError)
        guard json else { return }
        writeLine([
            "result": "failed", "status": .integer(Int(failure.status.rawValue)), "message": .string(failure.message),
            "hint": .optional(failure.hint), "details": .strings(failure.details),
        ])
    }

    /// Shows every mistake of a recipe, each in the form that editors understand.
    static func report(_ errors: RecipeErrors, json: Bool) {
        print(errors.description, to: &standardError)
        guard json else { return }
        writeLine([
            "result": "failed", "status": .integer(Int(ExitStatus.invalidInput.rawValue)),
            "diagnostics": .array(errors.diagnostics.map(\.json)),
        ])
    }
}
