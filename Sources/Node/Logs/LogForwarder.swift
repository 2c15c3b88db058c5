import Bus
import Glibc
import Host

/// Sends the journal to a log server, from this start of the node on and over restarts of its own.
///
/// Nothing is held in memory: while the server cannot be reached, messages wait in the journal, which bounds itself.
public struct LogForwarder {
    /// After so many messages the place in the journal is kept.
    private static let batch = 256

    private let connection: SyslogConnection
    private let file: String
    private let say: (String) -> Void

    /// A forwarder.
    ///
    /// - Parameters:
    ///   - state: the folder in which the place in the journal is kept
    ///   - say: hears when the server cannot be reached, and when it can again
    public init(_ connection: SyslogConnection, state: String, say: @escaping (String) -> Void) {
        self.connection = connection
        file = Path.join(state, "cursor")
        self.say = say
    }

    /// Runs until the process is ended.
    ///
    /// - Throws: when the journal cannot be read
    public func run() throws -> Never {
        let journal = try Journal()
        if let cursor = SystemFile.line(file) { try journal.seek(after: cursor) } else { try journal.seekToThisBoot() }
        while true {
            var count = 0
            while try journal.next() {
                deliver(SyslogMessage(journal))
                count += 1
                if count % Self.batch == 0 { try File.write(file, journal.cursor() + "\n") }
            }
            if count > 0, count % Self.batch != 0 { try File.write(file, journal.cursor() + "\n") }
            try journal.wait()
        }
    }

    private func deliver(_ message: SyslogMessage) {
        var pause: UInt32 = 1
        var reason: String?
        while true {
            do {
                try connection.send(message)
                if reason != nil { say("the log server can be reached again") }
                return
            } catch {
                let now = (error as? Failure)?.message ?? "\(error)"
                if now != reason { say("the log server cannot be reached, messages wait in the journal: \(now)") }
                reason = now
                _ = sleep(pause)
                pause = min(pause * 2, 30)
            }
        }
    }
}
