import CLinux
import Glibc
import Host

/// The terminal of a console: a virtual one of the kernel (`tty1`), or a line with anything at its other end.
public final class ConsoleTerminal {
    /// What was typed.
    enum Key: Sendable {
        case enter, redraw, hangup, nothing
        /// Something has happened that somebody else is waiting for.
        case event
        /// F2
        case menu
        /// F3
        case login
    }

    /// Whether this is a virtual terminal of the kernel, whose screen can be cleared. Others get plain lines only.
    public let isVirtual: Bool
    private let input: Int32
    private let output: Int32
    private var before = termios()
    private let isTerminal: Bool

    /// Takes over the terminal behind two descriptors: keys come one by one and are not echoed.
    public init(input: Int32 = 0, output: Int32 = 1) {
        self.input = input
        self.output = output
        isVirtual = Self.isVirtual(output)
        isTerminal = tcgetattr(input, &before) == 0
        guard isTerminal else { return }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
        quiet.c_iflag |= tcflag_t(ICRNL)
        tcsetattr(input, TCSANOW, &quiet)
    }

    /// Gives the terminal back as it was found, with an empty screen.
    public func release() {
        if isVirtual { try? write("\u{1B}[0m\u{1B}[H\u{1B}[2J") }
        if isTerminal { tcsetattr(input, TCSANOW, &before) }
    }

    /// Replaces what is shown; on a line, prints below what is there.
    func show(_ lines: [String]) throws {
        // The carriage return, because a line's far end need not add one.
        let text = lines.map { $0 + "\r\n" }.joined()
        try write((isVirtual ? "\u{1B}[0m\u{1B}[H\u{1B}[2J" : "\r\n") + text)
    }

    /// Prints one line for people.
    public func say(_ line: String) throws { try write(line + "\r\n") }

    /// Columns and lines of which a screen may make use: of lines that nobody has measured, as much as every terminal has.
    var size: (columns: Int, lines: Int) {
        var (columns, lines): (Int32, Int32) = (0, 0)
        nlinux_terminal_size(output, &columns, &lines)
        guard isVirtual, columns > 0, lines > 0 else { return (80, 24) }
        return (Int(columns), Int(lines))
    }

    /// Waits for a key.
    ///
    /// - Parameters:
    ///   - seconds: how long at most
    ///   - watch: what ends the waiting, too
    func key(within seconds: Double, or watch: NodeWatch? = nil) -> Key {
        let end = monotonicSeconds() + seconds
        while true {
            var polled = [pollfd(fd: input, events: Int16(POLLIN), revents: 0)] + (watch?.descriptors ?? [])
            let left = max(0, end - monotonicSeconds())
            let count = poll(&polled, UInt(polled.count), Int32((left * 1000).rounded(.up)))
            if count == 0 { return .nothing }
            if count < 0 {
                if errno == EINTR { continue }
                return .hangup
            }
            if polled[0].revents == 0 {
                if watch?.take(Array(polled[1...])) == true { return .event }
                continue
            }
            var bytes = [UInt8](repeating: 0, count: 64)
            let length = bytes.withUnsafeMutableBytes { Glibc.read(input, $0.baseAddress, $0.count) }
            if length < 0, errno == EINTR || errno == EAGAIN { continue }
            guard length > 0 else { return .hangup }
            let typed = bytes[..<length]
            if let key = Self.functionKey(typed) { return key }
            if typed.contains(where: { $0 == 0x0A || $0 == 0x0D }) { return .enter }
            if typed.contains(0x0C) { return .redraw }
        }
    }

    /// What a key sends depends on the terminal: the kernel's, VT100 and xterm, VT220 (console_codes(4), terminfo's kf2 and kf3).
    private static func functionKey(_ typed: ArraySlice<UInt8>) -> Key? {
        let text = String(decoding: typed, as: UTF8.self)
        let sequences: [(Key, [String])] = [
            (.menu, ["\u{1B}[[B", "\u{1B}OQ", "\u{1B}[12~"]), (.login, ["\u{1B}[[C", "\u{1B}OR", "\u{1B}[13~"]),
        ]
        return sequences.first { $0.1.contains { text.contains($0) } }?.0
    }

    private func write(_ text: String) throws {
        try File.append(Array(text.utf8), to: output, named: "the terminal")
    }

    /// `/dev/tty1` and its like; `/dev/ttyS0` and `/dev/pts/0` are lines.
    private static func isVirtual(_ descriptor: Int32) -> Bool {
        guard let name = ttyname(descriptor) else { return false }
        let text = String(cString: name)
        let number = text.dropFirst("/dev/tty".count)
        return text.hasPrefix("/dev/tty") && !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
