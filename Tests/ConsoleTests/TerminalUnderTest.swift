import Glibc
import Host
import TestSupport
import Testing

/// A real terminal (tmux) with a program in it.
struct TerminalUnderTest {
    static var isInstalled: Bool { Environment.program("tmux") != nil }

    private let socket: String

    /// Runs `body` with a terminal of so many columns and rows, in which the rehearsal runs.
    ///
    /// - Parameter locale: of the program; `C` is one without UTF-8
    /// - Parameter arguments: of console-rehearsal: `["setup", "newt"]`
    static func with<Value>(
        columns: Int = 80, rows: Int = 24, term: String = "screen", locale: String = "C.UTF-8", _ arguments: [String],
        _ body: (TerminalUnderTest) throws -> Value
    ) throws -> Value {
        try Folder.withTemporary { folder in
            let terminal = TerminalUnderTest(socket: Path.join(folder, "tmux"))
            let program = try Programs.built("console-rehearsal")
            let line = "LC_ALL=\(locale) TERM=\(term) \(program) \(arguments.joined(separator: " ")); echo STATUS $?; exec sleep 1000"
            try terminal.tmux([
                "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "sh", "-c", line,
            ])
            defer { _ = try? terminal.tmux(["kill-server"]) }
            return try body(terminal)
        }
    }

    @discardableResult
    private func tmux(_ arguments: [String]) throws -> String {
        try Command("tmux", ["-u", "-S", socket] + arguments, environment: ["LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"])
            .run().check().text
    }

    /// Presses keys, each in tmux's words: `Enter`, `Escape`, `F2`, or a text.
    func press(_ keys: String...) throws { try tmux(["send-keys"] + keys) }

    /// Types a text as it is.
    func type(_ text: String) throws { try tmux(["send-keys", "-l", text]) }

    func resize(columns: Int, rows: Int) throws {
        try tmux(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// What is on the screen, without blanks at the ends of lines.
    func screen() throws -> String {
        try tmux(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == " " { line = line.dropLast() }
            return String(line)
        }.joined(separator: "\n")
    }

    /// The screen as soon as a text is on it and nothing moves any more.
    @discardableResult
    func wait(for text: String, seconds: Double = 60) throws -> String {
        let end = monotonicSeconds() + seconds
        var last = ""
        while monotonicSeconds() < end {
            let now = try screen()
            if now.contains(text), now == last { return now }
            last = now
            usleep(100_000)
        }
        Issue.record("\"\(text)\" did not appear; the screen:\n\(last)")
        throw Failure(.internalError, "\"\(text)\" did not appear")
    }

    /// The process that draws.
    func processID() throws -> pid_t {
        let shell = try tmux(["display-message", "-p", "#{pane_pid}"]).filter(\.isNumber)
        let child = try Command("pgrep", ["-P", shell]).run().text.split(separator: "\n").first ?? ""
        return pid_t(child) ?? -1
    }
}
