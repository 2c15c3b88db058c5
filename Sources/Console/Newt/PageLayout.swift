import Node

/// Where everything of a page lies on a screen of so many columns and rows.
///
/// What does not fit is scrolled through; the buttons always stay in sight.
struct PageLayout {
    /// One thing on the page.
    struct Item {
        enum Content {
            case text(String)
            case complaint(String)
            /// A label, in the first column.
            case label(String)
            /// What may stand in a field, or where its value comes from.
            case note(String, column: Int)
            /// A field by its number: where and how wide.
            case field(Int, column: Int, width: Int)
            /// The lines that keep their breaks.
            case listing(width: Int)
        }

        let row: Int
        let height: Int
        let content: Content
    }

    /// One action's button.
    struct Button {
        let column: Int
        let row: Int
        let action: Page.Action
    }

    /// Columns and rows inside of the window's frame.
    let width: Int
    let height: Int
    /// Rows for what is above the buttons; there may be more of that.
    let bodyHeight: Int
    let items: [Item]
    let buttons: [Button]

    /// Whether there is more than fits.
    var scrolls: Bool { (items.last.map { $0.row + $0.height } ?? 0) > bodyHeight }

    private static let narrow = 56
    private static let widest = 100

    init(_ page: Page, columns: Int, rows: Int) {
        let inner = max(16, min(Self.widest, columns - 6))
        let isNarrow = inner < Self.narrow
        var builder = Builder(width: inner, isNarrow: isNarrow)
        if let complaint = page.complaintText { builder.add(paragraph: complaint) { .complaint($0) } }
        for paragraph in page.text { builder.add(paragraph: paragraph) { .text($0) } }

        let (lines, buttons) = Self.buttons(page.actions, width: inner)
        // The frame and its shadow, a line of the title, one of the help, and a blank one above the buttons.
        let room = max(2, rows - 5 - lines - 1)
        if !page.listing.isEmpty { builder.add(listing: page.listing.count, room: room) }
        let labels = page.fields.map(\.label.utf8.count).max() ?? 0
        for (index, field) in page.fields.enumerated() {
            builder.add(field, index, labelWidth: min(labels, inner / 2) + 2, fields: page.fields.count, room: room)
        }
        items = builder.items
        width = inner
        bodyHeight = min(room, max(1, builder.row))
        height = bodyHeight + 1 + lines
        let first = bodyHeight + 1
        self.buttons = buttons.map { Button(column: $0.column, row: first + $0.row, action: $0.action) }
    }

    /// The buttons in as many lines as they need.
    private static func buttons(_ actions: [Page.Action], width: Int) -> (lines: Int, buttons: [Button]) {
        var (column, row) = (1, 0)
        var buttons: [Button] = []
        for action in actions {
            let size = action.label.utf8.count + 4
            if column > 1, column + size > width { (column, row) = (1, row + 1) }
            buttons.append(Button(column: column, row: row, action: action))
            column += size + 1
        }
        return (row + 1, buttons)
    }

    private struct Builder {
        let width: Int
        let isNarrow: Bool
        var items: [Item] = []
        var row = 0

        mutating func add(paragraph: String, _ content: (String) -> Item.Content) {
            for line in PlainText.wrapped(paragraph, width - 2, limit: 30) { add(content(line)) }
            row += 1
        }

        mutating func add(listing count: Int, room: Int) {
            // Its scroll bar takes two columns more, and a form clears all that it spans.
            add(.listing(width: width - 4), height: max(3, min(count, room - row - 1)))
            row += 1
        }

        mutating func add(_ field: Field, _ index: Int, labelWidth: Int, fields: Int, room: Int) {
            let note = [field.origin.map { "from the \($0)" }, field.hint.isEmpty ? nil : field.hint]
                .compactMap(\.self).joined(separator: "; ")
            if case .choice(let choices) = field.kind {
                add(.label(field.label))
                // The only field may use the whole page; beside others each has its share.
                let height = fields == 1 ? max(2, room - row - 1) : 4
                add(.field(index, column: 2, width: width - 5), height: min(choices.count, height))
                if !note.isEmpty { add(note: note) }
                row += fields == 1 || isNarrow ? 0 : 1
                return
            }
            if case .toggle = field.kind {
                add(.field(index, column: 1, width: width - 2))
                if !note.isEmpty { add(note: note) }
                return
            }
            if isNarrow {
                add(.label(field.label))
                add(.field(index, column: 1, width: width - 3))
                if !note.isEmpty { add(note: note) }
                return
            }
            let space = width - labelWidth - 2
            let isBeside = !note.isEmpty && space - note.utf8.count - 2 >= 22
            items.append(Item(row: row, height: 1, content: .label(field.label)))
            let entry = isBeside ? min(40, space - note.utf8.count - 2) : min(56, space)
            items.append(Item(row: row, height: 1, content: .field(index, column: labelWidth, width: entry)))
            if isBeside {
                let column = labelWidth + entry + 1
                items.append(Item(row: row, height: 1, content: .note(note, column: column)))
            }
            row += 1
            if !note.isEmpty, !isBeside { add(note: note, column: labelWidth) }
        }

        private mutating func add(note: String, column: Int = 2) {
            for line in PlainText.wrapped(note, width - column - 2, limit: 3) {
                add(.note(line, column: column))
            }
        }

        private mutating func add(_ content: Item.Content, height: Int = 1) {
            items.append(Item(row: row, height: height, content: content))
            row += height
        }
    }
}
