import CLinux
import Glibc
public import Host
import Node
public import NodeConfig

/// Pages as numbered questions, one after the other: for terminals that cannot place the cursor, and for screen readers.
///
/// Every line is written once and stays; nothing is drawn over. Enter alone takes what stands in brackets, `<` goes back, `?`
/// explains.
public final class PlainPresenter: Presenter {
    private static let width = 76
    private let input: LineInput
    private let output: Int32
    private let descriptor: Int32
    private var before = termios()
    private let isTerminal: Bool
    private let seconds: Double?
    /// Seconds that the page on the terminal waits for each key.
    private var waits: Double?

    /// Questions on a terminal, or on anything that has lines.
    ///
    /// - Parameter seconds: after so many without a line nobody is there; nil for never
    public init(input: Int32 = 0, output: Int32 = 1, idle seconds: Double? = nil) {
        descriptor = input
        isTerminal = tcgetattr(input, &before) == 0
        if isTerminal {
            // Ctrl-C leaves in order, instead of ending the program.
            var quiet = before
            quiet.c_lflag &= ~tcflag_t(ISIG)
            tcsetattr(input, TCSANOW, &quiet)
        }
        self.input = LineInput(input)
        self.output = output
        self.seconds = seconds
    }

    deinit { if isTerminal { tcsetattr(descriptor, TCSANOW, &before) } }

    /// Asks field by field, then what to do where there is a choice.
    public func ask(_ page: Page) throws -> PageAnswer {
        try introduce(page)
        guard let countdown = page.countdown else { return try answer(page, within: seconds) }
        try say(["Without an answer within \(countdown.seconds) seconds: " + (page.label(of: countdown.action) ?? "")])
        do { return try answer(page, within: Double(countdown.seconds)) } catch PresenterEnd.idle {
            return PageAnswer(countdown.action, filled(page, [:]))
        }
    }

    private func answer(_ page: Page, within seconds: Double?) throws -> PageAnswer {
        waits = seconds
        var values: [String: String] = [:]
        var index = 0
        while index < page.fields.count {
            switch try value(of: page.fields[index], on: page) {
            case .value(let value):
                values[page.fields[index].name] = value
                index += 1
            case .back where index > 0: index -= 1
            case .back where page.actions.contains(.back):
                return PageAnswer(Page.Action.back.name, filled(page, values))
            case .back: try say(["! There is no way back from here."])
            case .action(let name): return PageAnswer(name, filled(page, values))
            }
        }
        return PageAnswer(try action(of: page), values)
    }

    /// Prints it.
    public func show(_ lines: [String]) throws -> Bool {
        try say([""] + lines)
        return true
    }

    /// Whether somebody has asked for it when the node was started, or a screen reader speaks the consoles (speakup).
    public static func isWanted(_ commandLine: KernelCommandLine, root: String = "/") -> Bool {
        commandLine.contains("nodewright.plain") || File.exists(Path.join(root, "sys/accessibility/speakup"))
    }

    /// A screen reader has no use for them, and a dumb terminal may not know them.
    public var showsBlocks: Bool { false }

    /// Says each phase once, and every tenth of it.
    public func work<Value>(
        _ title: String, _ body: (@escaping ProgressSink) throws -> Value
    ) throws -> Value {
        try say(["", "== \(title)"])
        let output = self.output
        let lines = PhaseLines { line in try? File.append(Array((line + "\r\n").utf8), to: output, named: "terminal") }
        return try body(lines.sink)
    }

    private enum Reply {
        case value(String)
        case back
        case action(String)
    }

    private func filled(_ page: Page, _ values: [String: String]) -> [String: String] {
        Dictionary(page.fields.filter { !$0.isSecret }.map { ($0.name, values[$0.name] ?? $0.value) }) { $1 }
    }

    private func introduce(_ page: Page) throws {
        var lines = ["", "== " + page.title]
        for paragraph in page.text { lines += PlainText.wrapped(paragraph, Self.width, limit: 40) }
        lines += page.listing.map { "  " + PlainText.printable($0, limit: 1024) }
        if let complaint = page.complaintText { lines += PlainText.wrapped("! " + complaint, Self.width, limit: 10) }
        if goesOn(page) {
            let others = page.actions.filter { $0 != .next && $0 != .back }
            if !others.isEmpty {
                lines.append("Or: " + others.map { "!\($0.name) (\($0.label))" }.joined(separator: ", "))
            }
        }
        try say(lines)
    }

    private func value(of field: Field, on page: Page) throws -> Reply {
        while true {
            let line = try prompt(field)
            switch line {
            case "<": return .back
            case "?":
                try explain(page)
                continue
            case "": if !field.isSecret { return .value(field.value) }
            default: break
            }
            if line.hasPrefix("!"), let action = page.actions.first(where: { $0.name == line.dropFirst() }) {
                return .action(action.name)
            }
            if let value = Self.value(line, for: field) {
                guard let mistake = field.check(value) else { return .value(value) }
                try say(PlainText.wrapped("! " + mistake, Self.width, limit: 10))
            } else {
                try say(["! \"\(PlainText.printable(line, limit: 40))\" is none of the possibilities"])
            }
        }
    }

    private func prompt(_ field: Field) throws -> String {
        let origin = field.origin.map { " (\($0))" } ?? ""
        switch field.kind {
        case .choice(let choices):
            try say([field.label + origin + ":"])
            try say(choices.enumerated().map { "  \($0 + 1) \(PlainText.printable($1.label))" })
            let number = choices.firstIndex { $0.name == field.value }.map { "\($0 + 1)" } ?? ""
            return try line("Number [\(number)]: ")
        case .toggle:
            return try line("\(field.label)\(origin), yes or no [\(field.value)]: ")
        case .secret:
            return try line("\(field.label) (not shown): ", isSecret: true)
        case .text:
            let hint = field.hint.isEmpty ? "" : " (\(field.hint))"
            return try line("\(field.label)\(hint)\(origin) [\(PlainText.printable(field.value))]: ")
        }
    }

    /// What a line means; nil when it is none of the possibilities. A dash empties a text.
    private static func value(_ line: String, for field: Field) -> String? {
        switch field.kind {
        case .choice(let choices):
            if let number = Int(line) {
                return choices.indices.contains(number - 1) ? choices[number - 1].name : nil
            }
            return choices.contains { $0.name == line } ? line : nil
        case .toggle:
            switch line.lowercased() {
            case "y", "yes": return "yes"
            case "n", "no": return "no"
            default: return nil
            }
        case .secret: return line
        case .text(let limit): return line == "-" ? "" : line.utf8.count <= limit ? line : nil
        }
    }

    private func explain(_ page: Page) throws {
        var lines = page.help.flatMap { PlainText.wrapped($0, Self.width, limit: 40) }
        lines.append("Enter alone takes what stands in brackets, a dash empties it, \"<\" goes back.")
        lines += page.actions.filter { $0 != .next && $0 != .back }.map { "\"!\($0.name)\": \($0.label)" }
        try say(lines)
    }

    /// Whether the page is done with when its last field is: going on is what one wants then.
    private func goesOn(_ page: Page) -> Bool {
        !page.fields.isEmpty && (page.actions.first == .next || page.actions.count == 1)
    }

    private func action(of page: Page) throws -> String {
        if goesOn(page) { return page.actions[0].name }
        while true {
            try say(page.actions.enumerated().map { "  \($0 + 1) \($1.label)" })
            let line = try line("Number [1]: ")
            if line.isEmpty { return page.actions[0].name }
            if line == "<", page.actions.contains(.back) { return Page.Action.back.name }
            if line == "?" { try explain(page) }
            if let number = Int(line), page.actions.indices.contains(number - 1) {
                return page.actions[number - 1].name
            }
            if let action = page.actions.first(where: { $0.name == line }) { return action.name }
        }
    }

    private func line(_ prompt: String, isSecret: Bool = false) throws -> String {
        try write(prompt)
        guard isSecret else { return try input.line(within: waits) }
        let line = try input.hidden(within: waits)
        try write("\r\n")
        return line
    }

    private func say(_ lines: [String]) throws { try write(lines.map { $0 + "\r\n" }.joined()) }

    private func write(_ text: String) throws {
        do { try File.append(Array(text.utf8), to: output, named: "the terminal") } catch {
            throw PresenterEnd.hangup
        }
    }
}
