import CLinux
import Glibc
import Host
import Node

/// Waits until somebody confirms a change of the network, or the time is over.
struct Confirmation {
    let change: NetworkChange
    let seconds: Int

    /// Returns when the change is kept.
    ///
    /// - Throws: `.network` when the network went back
    func wait() throws {
        let isConsole = Self.isConsole()
        // An Enter that was typed before there was anything to confirm confirms nothing.
        if isConsole { tcflush(0, TCIFLUSH) }
        let ways = isConsole ? "press Enter" : "run \"nodectl confirm\" in a new SSH connection or on the console"
        Output.error("nodectl: the new network works; \(ways) within \(seconds) seconds to keep it")
        let signals = try check("watch for signals") { nlinux_end_signals() }
        defer { close(signals) }
        while true {
            switch try change.state() {
            case .waiting: break
            // Whoever confirmed it was stopped; the rest is ours to do.
            case .confirmed:
                try keep()
                continue
            case .kept: return
            case .reverted: throw Failure(.network, "the change was taken back: the network is as before")
            case .lost:
                try goBack()
                throw Failure(
                    .network, "nobody has confirmed the change: the network is as before",
                    hint: "apply it again, with a longer --timeout when the time was too short")
            }
            var events = [
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isConsole ? 0 : -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&events, 2, 500)
            if events[0].revents != 0, try isAskedToEnd(signals) {
                try goBack()
                throw Failure(.network, "stopped: the network is as before")
            }
            if events[1].revents & Int16(POLLIN) != 0 {
                var byte: UInt8 = 0
                if read(0, &byte, 1) == 1, byte == 0x0A { try keep() }
            }
        }
    }

    private func keep() throws { try unlessEnded { try ConfigurationApplication.confirm(store: .node) } }

    private func goBack() throws { try unlessEnded { try change.revert() } }

    /// Another process, or NetworkManager's timer, may have been faster; the change's state tells.
    private func unlessEnded(_ end: () throws -> Void) throws {
        do { try end() } catch let failure as Failure where failure.status == .nothingToDo {}
    }

    /// A hang-up is no wish to end: it is what a cut-off connection looks like.
    private func isAskedToEnd(_ signals: Int32) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 128)
        guard read(signals, &buffer, buffer.count) == buffer.count else { return false }
        return buffer.withUnsafeBytes { $0.load(as: UInt32.self) } != UInt32(SIGHUP)
    }

    /// Whether somebody sits at the machine, and not at the other end of a network.
    private static func isConsole() -> Bool {
        isatty(0) == 1 && LoginSession.sshStart() == nil && !LoginSession.isOnPseudoTerminal()
    }
}
