import Host
import Synchronization

/// A command whose result is fetched by another thread than the one that ran it.
final class Job: Sendable {
    private let command: Command
    private let outcome = Mutex<Result<Command.Result, any Error>?>(nil)

    init(_ command: Command) { self.command = command }

    /// Runs the command to its end.
    func run() {
        let result = Result { try command.run() }
        outcome.withLock { $0 = result }
    }

    /// What `run` has left, once it has returned.
    func result() throws -> Command.Result {
        guard let result = outcome.withLock({ $0 }) else {
            throw Failure(.internalError, "\(command.program) has not run")
        }
        return try result.get()
    }
}
