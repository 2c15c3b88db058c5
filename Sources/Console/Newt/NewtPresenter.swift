import CNewt
import Glibc
public import Host
import Node

/// Pages on the whole screen, drawn with newt on standard output; keys come from standard input.
public final class NewtPresenter: Presenter {
    private let newt: nodewright_newt
    private let headline: String
    private let seconds: Double?
    private var isDrawn = false

    /// Takes over the terminal.
    ///
    /// - Parameters:
    ///   - headline: stands above all pages
    ///   - seconds: after so many without a key nobody is there; nil for never
    /// - Returns: nil when the terminal cannot place its cursor, or newt is not installed
    public init?(headline: String, idle seconds: Double? = nil) {
        guard isatty(0) == 1, isatty(1) == 1, Self.placesCursor, let found = nodewright_newt_open() else { return nil }
        newt = found.pointee
        self.headline = headline
        self.seconds = seconds
        setlocale(LC_CTYPE, "")
        if Environment.variable("NO_COLOR") != nil { setenv("NEWT_MONO", "1", 1) }
        start()
    }

    deinit { stop() }

    /// Gives the terminal back, with an empty screen.
    public func stop() {
        if isDrawn { _ = newt.finished() }
        isDrawn = false
    }

    private func start() {
        guard !isDrawn else { return }
        _ = newt.`init`()
        isDrawn = true
        background()
    }

    private func background() {
        newt.cls()
        newt.drawRootText(0, 0, headline)
        newt.pushHelpLine(" Enter: go on   Tab: next field   Esc: back   F1: help")
    }

    /// Shows the page until something is done on it; keeps what was filled in when the terminal changes its size.
    public func ask(_ page: Page) throws -> PageAnswer {
        start()
        var values = Dictionary(page.fields.map { ($0.name, $0.value) }) { $1 }
        let focus = page.complaint?.field ?? page.fields.first?.name
        var lastKey = monotonicSeconds()
        let end = page.countdown.map { monotonicSeconds() + Double($0.seconds) }
        newt.clearKeyBuffer()
        while true {
            let size = screenSize
            let form = NewtForm(newt, page, values: values, focus: focus, columns: size.columns, rows: size.rows)
            repeat {
                let ending = form.run()
                let before = values
                values = form.values
                if before != values { lastKey = monotonicSeconds() }
                switch ending {
                case .action(let name): return PageAnswer(name, values)
                case .hangup: throw PresenterEnd.hangup
                case .interrupted: throw PresenterEnd.interrupted
                case .help:
                    lastKey = monotonicSeconds()
                    explain(page)
                case .redraw:
                    newt.resizeScreen(1)
                    background()
                case .tick:
                    if hungUp { throw PresenterEnd.hangup }
                    if let countdown = page.countdown, let end {
                        let left = end - monotonicSeconds()
                        if left <= 0 { return PageAnswer(countdown.action, values) }
                        form.tell("\(page.label(of: countdown.action) ?? ""): in \(Int(left.rounded(.up))) seconds")
                    } else if let seconds, monotonicSeconds() - lastKey > seconds {
                        throw PresenterEnd.idle
                    }
                    guard screenSize != size else { continue }
                    newt.resizeScreen(0)
                    background()
                }
                break
            } while true
        }
    }

    private func explain(_ page: Page) {
        var help = Page("help", page.title, actions: [Page.Action("close", "Close")])
        help.text = page.help.isEmpty ? ["There is nothing more to say about this page."] : page.help
        let size = screenSize
        let form = NewtForm(newt, help, values: [:], focus: nil, columns: size.columns, rows: size.rows)
        while true {
            if case .tick = form.run() { if screenSize == size, !hungUp { continue } }
            return
        }
    }

    /// Leaves the pages for a moment.
    public func show(_ lines: [String]) throws -> Bool {
        let size = screenSize
        guard lines.count + 1 < size.rows, lines.allSatisfy({ $0.unicodeScalars.count <= size.columns }) else {
            return false
        }
        stop()
        let text = "\u{1B}[H\u{1B}[2J" + (lines + ["Press Enter."]).map { $0 + "\r\n" }.joined()
        try File.append(Array(text.utf8), to: 1, named: "the terminal")
        defer { start() }
        _ = try LineInput(0).hidden(within: seconds)
        return true
    }

    /// As the locale says; consoles have one of their own.
    public var showsBlocks: Bool {
        nl_langinfo(nl_item(CODESET)).map { String(cString: $0) }?.uppercased() == "UTF-8"
    }

    /// Shows a bar and the phase.
    public func work<Value>(_ title: String, _ body: (@escaping ProgressSink) throws -> Value) throws -> Value {
        start()
        let size = screenSize
        let bar = ProgressBar(newt, title: title, columns: size.columns, rows: size.rows)
        defer { bar.close() }
        return try body(bar.sink)
    }

    /// Columns and rows of the terminal; 80 by 24 for one that does not know.
    private var screenSize: ScreenSize {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return ScreenSize(columns: 80, rows: 24)
        }
        return ScreenSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    private struct ScreenSize: Equatable {
        let columns: Int
        let rows: Int
    }

    private var hungUp: Bool {
        var polled = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
    }

    /// Whether the terminal's description is there: slang ends the program when it is not.
    private static var placesCursor: Bool {
        guard let name = Environment.variable("TERM"), let first = name.utf8.first, name != "dumb",
            !name.contains("/"), !name.hasPrefix(".")
        else { return false }
        let folders =
            [Environment.variable("TERMINFO")].compactMap(\.self) + [
                "/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo",
            ]
        let letter = String(decoding: [first], as: UTF8.self)
        return folders.contains { File.exists(Path.join($0, letter + "/" + name)) }
    }
}
