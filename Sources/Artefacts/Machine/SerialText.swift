/// The lines of a serial console without carriage returns and terminal control sequences, in which patterns are looked for.
struct SerialText {
    /// The lines so far, of which the last may still grow and old ones are forgotten.
    private(set) var lines = [""]
    /// How many lines were forgotten at the front.
    private(set) var forgotten = 0

    private enum State {
        case text, escape, control, command, designation
    }

    private static let lineLimit = 4096
    private static let keptLines = 2000
    private var state = State.text
    private var current: [UInt8] = []

    /// Takes what the console sent.
    mutating func append(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { take(byte) }
        lines[lines.count - 1] = String(decoding: current, as: UTF8.self)
        if lines.count > 2 * Self.keptLines {
            forgotten += lines.count - Self.keptLines
            lines.removeFirst(lines.count - Self.keptLines)
        }
    }

    private mutating func take(_ byte: UInt8) {
        switch (state, byte) {
        case (.text, 0x1B): state = .escape
        case (.text, 0x0A): endLine()
        case (.text, 0x09), (.text, 0x20...):
            current.append(byte)
            if current.count >= Self.lineLimit { endLine() }
        case (.text, _): break
        case (.escape, UInt8(ascii: "[")): state = .control
        case (.escape, UInt8(ascii: "]")), (.escape, UInt8(ascii: "P")): state = .command
        case (.escape, UInt8(ascii: "(")), (.escape, UInt8(ascii: ")")), (.escape, UInt8(ascii: "#")):
            state = .designation
        case (.escape, _), (.designation, _): state = .text
        // A program that places the cursor (a menu, a full-screen console) writes elsewhere: another line.
        case (.control, UInt8(ascii: "H")), (.control, UInt8(ascii: "f")):
            endLine()
            state = .text
        case (.control, 0x40...0x7E): state = .text
        case (.control, _): break
        case (.command, 0x07): state = .text
        case (.command, 0x1B): state = .escape
        case (.command, _): break
        }
    }

    private mutating func endLine() {
        if current.isEmpty, lines.count > 1, lines[lines.count - 2].isEmpty { return }
        lines[lines.count - 1] = String(decoding: current, as: UTF8.self)
        lines.append("")
        current.removeAll(keepingCapacity: true)
    }

    /// The last lines with something in them, as a person would still see them.
    func screenful(rows: Int = 24) -> [String] { Array(lines.filter { !$0.isEmpty }.suffix(rows)) }
}
