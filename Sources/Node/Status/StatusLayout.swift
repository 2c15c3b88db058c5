/// Lines of different importance in so much room: what does not fit is left out, the least important first.
struct StatusLayout {
    private struct Line {
        var text: String
        /// 100 stays whatever happens.
        var importance: Int
    }

    /// Lines of a list that stay before more important lines than empty ones go.
    private static let head = 3

    private let width: Int
    private let height: Int
    private var all: [Line] = []
    private var list: Range<Int>?
    private var rest: (Int) -> String = { _ in "" }

    /// An empty screen of so many columns and lines.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Adds lines; each is a little less important than the one before.
    mutating func add(_ lines: [String], importance: Int = 100) {
        all += lines.enumerated().map { index, text in
            Line(text: text, importance: importance == 100 ? 100 : max(10, importance - 2 * index))
        }
    }

    /// Adds an empty line, which goes first.
    mutating func addBlank() { all.append(Line(text: "", importance: 0)) }

    /// Adds the one list that takes what room there is.
    ///
    /// - Parameter rest: says how many of its lines are left out
    mutating func addList(_ lines: [String], _ rest: @escaping (Int) -> String) {
        list = all.count..<all.count + lines.count
        self.rest = rest
        // Its first lines are worth more than a second line of anything else.
        all += lines.enumerated().map { Line(text: $1, importance: $0 < Self.head ? 100 : 20 - min($0, 10)) }
    }

    /// What fits, each line cut to the width.
    var lines: [String] {
        var kept = all.indices.map { $0 }
        while kept.count > height,
            let least = kept.last(where: { index in
                all[index].importance < 100 && kept.allSatisfy { all[$0].importance >= all[index].importance }
            })
        { kept.removeAll { $0 == least } }
        var texts = kept.map { (index: $0, text: all[$0].text) }
        // Of a list that is cut off, the last line says so.
        if let list {
            let shown = texts.indices.filter { list.contains(texts[$0].index) }
            if shown.count < list.count, let last = shown.last {
                texts[last].text = rest(list.count - shown.count + 1)
            }
        }
        // What cannot be left out, and is too much, loses its end before the last two lines.
        var result = texts.map(\.text)
        if result.count > height { result.removeSubrange(height - 2..<result.count - 2) }
        return result.map { StatusScreen.trimmed(PlainText.cut($0, width)) }
    }
}
