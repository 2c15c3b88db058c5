import Glibc
import Host

/// Lines that somebody types.
struct LineInput {
    private static let limit = 4096
    private let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The next line without its end and without what no keyboard types into a line.
    ///
    /// - Parameter seconds: how long to wait for each of its characters; nil for ever
    /// - Throws: `PresenterEnd`
    func line(within seconds: Double?) throws -> String {
        var bytes: [UInt8] = []
        while true {
            // One by one: what was typed ahead belongs to whoever reads next.
            switch try byte(within: seconds) {
            case 0x0A, 0x0D: return String(decoding: bytes, as: UTF8.self)
            case 0x03: throw PresenterEnd.interrupted
            // On a terminal in line mode it arrives only as the end of input.
            case 0x04 where bytes.isEmpty: throw PresenterEnd.hangup
            case 0x08, 0x7F: if !bytes.isEmpty { bytes.removeLast() }
            case let byte where byte >= 0x20 && bytes.count < Self.limit: bytes.append(byte)
            default: continue
            }
        }
    }

    /// A line that does not appear on the terminal.
    func hidden(within seconds: Double?) throws -> String {
        var before = termios()
        guard tcgetattr(descriptor, &before) == 0 else { return try line(within: seconds) }
        var quiet = before
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(descriptor, TCSADRAIN, &quiet)
        defer { tcsetattr(descriptor, TCSADRAIN, &before) }
        return try line(within: seconds)
    }

    private func byte(within seconds: Double?) throws -> UInt8 {
        let end = seconds.map { monotonicSeconds() + $0 }
        while true {
            let left = end.map { Int32(min(86_400, max(0, $0 - monotonicSeconds())) * 1000) } ?? -1
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let count = poll(&polled, 1, left)
            if count == 0 { throw PresenterEnd.idle }
            if count < 0, errno == EINTR { continue }
            var byte: UInt8 = 0
            let length = read(descriptor, &byte, 1)
            if length < 0, errno == EINTR || errno == EAGAIN { continue }
            guard length == 1 else { throw PresenterEnd.hangup }
            return byte
        }
    }
}
