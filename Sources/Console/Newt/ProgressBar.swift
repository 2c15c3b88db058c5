import CNewt
import Glibc
import Host
import Node
import Synchronization

/// A window with the phase of some work and how much of it is done.
///
/// Events come from any thread; one at a time draws.
final class ProgressBar: @unchecked Sendable {
    private let newt: nodewright_newt
    private let form: newtComponent?
    private let phase: newtComponent?
    private let note: newtComponent?
    private let scale: newtComponent?
    private let width: Int
    private let drawn = Mutex((percent: -1, isOpen: true))

    init(_ newt: nodewright_newt, title: String, columns: Int, rows: Int) {
        self.newt = newt
        width = max(16, min(60, columns - 6))
        let left = Int32(max(1, (columns - width) / 2))
        _ = newt.openWindow(left, Int32(max(1, (rows - 5) / 2)), UInt32(width), 5, title)
        form = newt.form(nil, nil, 0)
        let blank = String(repeating: " ", count: width - 2)
        phase = newt.label(1, 0, blank)
        scale = newt.scale(1, 2, Int32(width - 2), 100)
        note = newt.label(1, 4, blank)
        for component in [phase, scale, note] { newt.formAddComponent(form, component) }
        newt.drawForm(form)
        newt.refresh()
    }

    func close() {
        drawn.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            newt.formDestroy(form)
            newt.popWindow()
        }
    }

    var sink: ProgressSink {
        { event in
            switch event {
            case .started(let phase, _, _): self.draw(phase, percent: 0)
            case .advanced(let phase, let done, let total):
                guard let total, total > 0 else { return }
                self.draw(phase, percent: min(100, done * 100 / total))
            case .finished(let phase, let note): self.draw(phase, percent: 100, note: note)
            case .reused(let phase, let note): self.draw(phase, percent: 100, note: note)
            case .warning(let text): self.draw(nil, percent: nil, note: text)
            case .command: return
            }
        }
    }

    private func draw(_ name: String?, percent: Int?, note text: String = "") {
        drawn.withLock { state in
            guard state.isOpen, percent == nil || percent != state.percent || !text.isEmpty else { return }
            if let name { newt.labelSetText(phase, PlainText.column(name, width - 2)) }
            if let percent {
                newt.scaleSet(scale, UInt64(percent))
                state.percent = percent
            }
            newt.labelSetText(note, PlainText.column(text, width - 2))
            newt.refresh()
        }
    }
}
