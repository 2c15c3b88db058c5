import CLinux
import Glibc
import Host

/// One run of a machine: its serial console on the terminal and through a script, until the script, the machine, the time or
/// the person ends it.
public struct MachineSession {
    /// How a run ended.
    public enum Outcome: Equatable, Sendable {
        /// All steps of the script were done, after so many seconds.
        case finished(seconds: Double)
        /// The machine stopped by itself.
        case stopped
        /// A step was not done; says why, and what was last on the console.
        case missed(reason: String, screen: [String])
        /// The person pressed the key that ends it, or a signal asked for the end.
        case interrupted
    }

    /// What to wait for and to type; without steps the run lasts until the machine stops.
    public var script = ConsoleScript()
    /// Seconds until a run is given up; nil for never.
    public var timeout: Double?
    /// Receives every byte of the serial line.
    public var log: String?
    /// A picture of the screen is written here when the run ends.
    public var screenshot: String?
    /// Whether keys of standard input go to the machine (Ctrl-] ends it).
    public var interactive = false
    /// Whether the serial line is shown on standard output.
    public var shows = true
    /// Hears QEMU's command.
    public var progress: ProgressSink = silent

    /// A run without a script.
    public init() {}

    /// Starts the machine and stays with it to the end; afterwards no QEMU is left.
    public func run(_ machine: Machine, emulator: String) throws -> Outcome {
        let process = try BoundProcess(emulator, try machine.arguments(), progress: progress)
        var loop = try SessionLoop(self, process)
        return try loop.run()
    }
}

/// The state of one run.
private struct SessionLoop {
    private static let endKey: UInt8 = 0x1D
    private let session: MachineSession
    private let process: BoundProcess
    private let endSignals: Int32
    private let log: Int32
    private let began = monotonicSeconds()
    /// When the console last showed something.
    private var heard = monotonicSeconds()
    private var monitor: MachineMonitor
    private var text = SerialText()
    private var errors: [UInt8] = []
    private var toSend: [UInt8] = []
    private var step = 0
    private var waitEnd: Double?
    /// Where the next step looks: a line, counted from the very first, and how much of it is used up.
    private var line = 0
    private var used = 0
    private var refusedLine = 0

    init(_ session: MachineSession, _ process: BoundProcess) throws {
        self.session = session
        self.process = process
        monitor = MachineMonitor(descriptor: process.socket)
        endSignals = try check("watch for signals") { nlinux_end_signals() }
        log =
            try session.log.map { path in
                try check("create \"\(path)\"") { nlinux_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) }
            } ?? -1
        _ = fcntl(process.input, F_SETFL, O_NONBLOCK)
    }

    mutating func run() throws -> MachineSession.Outcome {
        defer {
            close(endSignals)
            if log >= 0 { close(log) }
        }
        let terminal = session.interactive ? TerminalMode(raw: 0) : nil
        let outcome = try loop(readsKeys: terminal != nil)
        if let path = session.screenshot, outcome != .stopped { try monitor.screenshot(path) }
        return outcome
    }

    private mutating func loop(readsKeys: Bool) throws -> MachineSession.Outcome {
        while true {
            if let outcome = try advance() { return outcome }
            var polled = [
                pollfd(fd: process.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: process.errors, events: Int16(POLLIN), revents: 0),
                pollfd(fd: endSignals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: readsKeys ? 0 : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: toSend.isEmpty ? -1 : process.input, events: Int16(POLLOUT), revents: 0),
            ]
            poll(&polled, nfds_t(polled.count), 250)
            if polled[2].revents != 0 { return .interrupted }
            if polled[1].revents != 0, let bytes = read(process.errors) { errors = (errors + bytes).suffix(4096) }
            if polled[0].revents != 0 {
                guard let bytes = read(process.output) else { return try ended() }
                try take(bytes)
            }
            if polled[3].revents != 0, let keys = read(0) {
                if keys.contains(Self.endKey) { return .interrupted }
                toSend += keys
            }
            if polled[4].revents != 0 { send() }
        }
    }

    private func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private mutating func send() {
        let count = write(process.input, toSend, toSend.count)
        if count > 0 { toSend.removeFirst(count) }
    }

    private mutating func take(_ bytes: [UInt8]) throws {
        heard = monotonicSeconds()
        if session.shows { _ = write(1, bytes, bytes.count) }
        if log >= 0 { try checkLength("write \"\(session.log ?? "")\"") { write(log, bytes, bytes.count) } }
        text.append(bytes)
    }

    /// Does what the script can do now; an outcome when the run is over.
    private mutating func advance() throws -> MachineSession.Outcome? {
        while step < session.script.steps.count {
            switch session.script.steps[step] {
            case .type(let bytes): toSend += bytes
            case .screenshot(let path): try monitor.screenshot(path)
            case .wait(let seconds):
                let end = waitEnd ?? monotonicSeconds() + seconds
                waitEnd = monotonicSeconds() < end ? end : nil
                if waitEnd != nil { return nil }
            case .expect(let pattern, let regex):
                if find(regex) { break }
                if let refused = refused() { return missed("saw \"\(refused)\" while waiting for \"\(pattern)\"") }
                guard let timeout = session.timeout, monotonicSeconds() - began > timeout else { return nil }
                return missed("\"\(pattern)\" was not seen within \(Int(timeout)) seconds\(silence)")
            }
            step += 1
        }
        let elapsed = monotonicSeconds() - began
        if !session.script.steps.isEmpty {
            // What was typed last must still reach the machine.
            return toSend.isEmpty ? .finished(seconds: elapsed) : nil
        }
        if let timeout = session.timeout, elapsed > timeout {
            return missed("the machine still ran after \(Int(timeout)) seconds\(silence)")
        }
        return nil
    }

    private mutating func find(_ regex: Regex<AnyRegexOutput>) -> Bool {
        line = max(line, text.forgotten)
        while line - text.forgotten < text.lines.count {
            let scalars = text.lines[line - text.forgotten].unicodeScalars
            let rest = String(String.UnicodeScalarView(scalars.dropFirst(used)))
            if let match = rest.firstMatch(of: regex) {
                used += rest.unicodeScalars.distance(from: rest.startIndex, to: match.range.upperBound)
                return true
            }
            if line - text.forgotten == text.lines.count - 1 { return false }
            line += 1
            used = 0
        }
        return false
    }

    private mutating func refused() -> String? {
        refusedLine = max(refusedLine, text.forgotten)
        defer { refusedLine = text.forgotten + text.lines.count - 1 }
        let new = text.lines[(refusedLine - text.forgotten)...]
        return session.script.refused.first { refused in new.contains { $0.contains(refused.regex) } }?.pattern
    }

    /// Tells a machine that hangs from one that is only slow.
    private var silence: String {
        let seconds = Int(monotonicSeconds() - heard)
        return seconds < 10 ? "" : " (nothing on the console in the last \(seconds))"
    }

    private func missed(_ reason: String) -> MachineSession.Outcome {
        .missed(reason: reason, screen: text.screenful())
    }

    /// The machine's output has ended: it powered off, or QEMU could not run it.
    private mutating func ended() throws -> MachineSession.Outcome {
        let status = process.wait(seconds: 5)
        if let status, status != 0 {
            while let more = read(process.errors) { errors = (errors + more).suffix(4096) }
            let lines = String(decoding: errors, as: UTF8.self).split(separator: "\n").map(String.init)
            throw Failure(.device, "QEMU ended with status \(status)", details: lines)
        }
        if let outcome = try advance() { return outcome }
        guard step < session.script.steps.count else { return .stopped }
        guard case .expect(let pattern, _) = session.script.steps[step] else { return .stopped }
        return missed("the machine stopped before \"\(pattern)\" was seen")
    }
}
