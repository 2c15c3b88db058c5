import CNewt
import Glibc
import Host
import Node

/// One page on the screen, from drawing to what somebody did.
final class NewtForm {
    /// How it ended.
    enum Ending {
        case action(String)
        case help
        /// The terminal has another size now, or its screen was overwritten.
        case redraw
        /// A second has gone by.
        case tick
        case hangup
        /// Somebody wants to leave (Ctrl-C).
        case interrupted
    }

    private static let keys = (
        enter: Int32(0x0D), escape: Int32(0x1B), help: 0x8000 + 101, next: 0x8000 + 112, redraw: Int32(0x0C),
        interrupt: Int32(0x03)
    )
    private let newt: nodewright_newt
    private let page: Page
    private let outer: newtComponent?
    private var entries: [(field: Field, component: newtComponent)] = []
    private var buttons: [(action: String, component: newtComponent)] = []
    private var watched: [Watched] = []
    private var line: newtComponent?
    private var lineWidth = 0

    /// A field that is looked at when it is left.
    private final class Watched {
        let newt: nodewright_newt
        let field: Field
        let component: newtComponent
        let line: newtComponent
        let width: Int

        init(_ newt: nodewright_newt, _ field: Field, _ component: newtComponent, _ line: newtComponent, width: Int) {
            self.newt = newt
            self.field = field
            self.component = component
            self.line = line
            self.width = width
        }

        func look() {
            guard let text = newt.entryGetValue(component).map({ String(cString: $0) }) else { return }
            let mistake = text.isEmpty ? nil : field.check(text).map { "\(field.label): \($0)" }
            newt.labelSetColors(line, mistake == nil ? NEWT_COLORSET_LABEL : NEWT_COLORSET_ACTCHECKBOX)
            newt.labelSetText(line, PlainText.column(mistake ?? "", width))
        }
    }

    /// Draws a page.
    ///
    /// - Parameters:
    ///   - values: what is in the fields
    ///   - focus: the field in which one begins
    init(_ newt: nodewright_newt, _ page: Page, values: [String: String], focus: String?, columns: Int, rows: Int) {
        self.newt = newt
        self.page = page
        let layout = PageLayout(page, columns: columns, rows: rows)
        let left = max(1, (columns - layout.width) / 2)
        let top = max(1, (rows - layout.height) / 2)
        _ = newt.openWindow(Int32(left), Int32(top), UInt32(layout.width), UInt32(layout.height), page.title)
        outer = newt.form(nil, nil, 0)
        var body = outer
        if layout.scrolls {
            let bar = newt.verticalScrollbar(
                Int32(layout.width - 1), 0, Int32(layout.bodyHeight), NEWT_COLORSET_WINDOW, NEWT_COLORSET_ACTCHECKBOX)
            body = newt.form(bar, nil, 0)
            newt.formAddComponent(body, bar)
            newt.formSetHeight(body, Int32(layout.bodyHeight))
            newt.formSetWidth(body, Int32(layout.width - 1))
        }
        fill(body, layout, values)
        if layout.scrolls { newt.formAddComponent(outer, body) }
        // The line above the buttons tells what is wrong with a field that was left.
        lineWidth = layout.width - 2
        line = newt.label(1, Int32(layout.bodyHeight), String(repeating: " ", count: lineWidth))
        newt.formAddComponent(outer, line)
        for button in layout.buttons {
            let component = newt.compactButton(Int32(button.column), Int32(button.row), button.action.label)
            newt.formAddComponent(outer, component)
            if let component { buttons.append((button.action.name, component)) }
        }
        watch(line, width: lineWidth)
        let keys = Self.keys
        for key in [keys.enter, keys.escape, Int32(keys.help), Int32(keys.next), keys.redraw, keys.interrupt] {
            newt.formAddHotKey(outer, key)
        }
        newt.formSetTimer(outer, 1000)
        if let first = entries.first(where: { $0.field.name == focus }) ?? nil {
            newt.formSetCurrent(outer, first.component)
        } else if entries.isEmpty, page.listing.isEmpty, let first = buttons.first {
            newt.formSetCurrent(outer, first.component)
        }
    }

    deinit {
        newt.formDestroy(outer)
        newt.popWindow()
    }

    /// Shows a line above the buttons.
    func tell(_ text: String) {
        newt.labelSetText(line, PlainText.column(text, lineWidth))
        newt.refresh()
    }

    /// Waits for a key that ends it, at most a second.
    func run() -> Ending {
        var ending = newtExitStruct()
        newt.formRun(outer, &ending)
        switch nodewright_newt_reason(&ending) {
        case Int32(NEWT_EXIT_HOTKEY):
            switch nodewright_newt_key(&ending) {
            // A hot key, because a text that is scrolled through would swallow it.
            case Self.keys.enter:
                let current = newt.formGetCurrent(outer)
                return .action(buttons.first { $0.component == current }?.action ?? first)
            case Self.keys.escape: return escape.map { .action($0) } ?? .tick
            case Int32(Self.keys.help): return .help
            case Self.keys.redraw: return .redraw
            case Self.keys.interrupt: return .interrupted
            default: return .action(first)
            }
        case Int32(NEWT_EXIT_TIMER): return .tick
        case Int32(NEWT_EXIT_ERROR): return .hangup
        default:
            let component = nodewright_newt_component(&ending)
            let button = buttons.first { $0.component == component }
            return .action(button?.action ?? first)
        }
    }

    /// What Enter does.
    private var first: String { page.actions.first?.name ?? Page.Action.next.name }

    /// What Escape does: back, or away; nothing where neither is offered.
    private var escape: String? { page.actions.first { $0 == .back || $0.name == "close" }?.name }

    /// What is in the fields now.
    var values: [String: String] {
        Dictionary(entries.map { ($0.field.name, value(of: $0.field, $0.component)) }) { $1 }
    }

    private func value(of field: Field, _ component: newtComponent) -> String {
        switch field.kind {
        case .text, .secret: return newt.entryGetValue(component).map { String(cString: $0) } ?? ""
        case .toggle: return newt.checkboxGetValue(component) == CChar(UInt8(ascii: "*")) ? "yes" : "no"
        case .choice(let choices):
            let number = Int(bitPattern: newt.listboxGetCurrent(component)) - 1
            return choices.indices.contains(number) ? choices[number].name : field.value
        }
    }

    private func fill(_ form: newtComponent?, _ layout: PageLayout, _ values: [String: String]) {
        for item in layout.items {
            let row = Int32(item.row)
            switch item.content {
            case .text(let text): add(newt.label(1, row, text), to: form)
            case .label(let text): add(newt.label(1, row, PlainText.printable(text)), to: form)
            case .note(let text, let column): add(newt.label(Int32(column), row, PlainText.printable(text)), to: form)
            case .complaint(let text):
                let label = newt.label(1, row, text)
                newt.labelSetColors(label, NEWT_COLORSET_ACTCHECKBOX)
                add(label, to: form)
            case .listing(let width):
                let box = newt.textbox(1, row, Int32(width), Int32(item.height), NEWT_FLAG_SCROLL)
                let text = page.listing.map { PlainText.cut(PlainText.printable($0, limit: 1024), width - 2) }
                newt.textboxSetText(box, text.joined(separator: "\n"))
                add(box, to: form)
            case .field(let index, let column, let width):
                let field = page.fields[index]
                let value = values[field.name] ?? field.value
                guard
                    let component = component(
                        field, value, column: Int32(column), row: row, width: width, height: item.height)
                else { continue }
                entries.append((field, component))
                add(component, to: form)
            }
        }
    }

    private func add(_ component: newtComponent?, to form: newtComponent?) { newt.formAddComponent(form, component) }

    private func component(
        _ field: Field, _ value: String, column: Int32, row: Int32, width: Int, height: Int
    ) -> newtComponent? {
        switch field.kind {
        case .text:
            return newt.entry(column, row, value, Int32(width), nil, NEWT_FLAG_SCROLL | NEWT_FLAG_RETURNEXIT)
        case .secret:
            return newt.entry(
                column, row, value, Int32(width), nil, NEWT_FLAG_SCROLL | NEWT_FLAG_RETURNEXIT | NEWT_FLAG_PASSWORD)
        case .toggle:
            let mark = CChar(UInt8(ascii: value == "yes" ? "*" : " "))
            return newt.checkbox(column, row, PlainText.cut(field.label, width), mark, " *", nil)
        case .choice(let choices):
            let box = newt.listbox(
                column, row, Int32(height), NEWT_FLAG_RETURNEXIT | (choices.count > height ? NEWT_FLAG_SCROLL : 0))
            for (number, choice) in choices.enumerated() {
                let label = PlainText.cut(PlainText.printable(choice.label), width)
                _ = newt.listboxAppendEntry(box, label, UnsafeRawPointer(bitPattern: number + 1))
            }
            newt.listboxSetWidth(box, Int32(width))
            newt.listboxSetCurrent(box, Int32(choices.firstIndex { $0.name == value } ?? 0))
            return box
        }
    }

    private func watch(_ line: newtComponent?, width: Int) {
        guard let line else { return }
        for (field, component) in entries {
            guard case .text = field.kind else { continue }
            let watched = Watched(newt, field, component, line, width: width)
            self.watched.append(watched)
            newt.componentAddCallback(
                component,
                { _, data in
                    guard let data else { return }
                    Unmanaged<Watched>.fromOpaque(data).takeUnretainedValue().look()
                }, Unmanaged.passUnretained(watched).toOpaque())
        }
    }
}
