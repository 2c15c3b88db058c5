import CLinux
import Glibc

/// A started program that never outlives this one: the kernel kills it when the thread that started it ends, however it ends
/// (`PR_SET_PDEATHSIG`).
///
/// So the thread has to stay until the program has ended: either it waits for it, or it is the main thread. A program
/// that the program starts itself is not bound; it sees its pipes closed.
public struct BoundProgram: Sendable {
    /// Its process id.
    public let process: pid_t

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - path: where it is; `PATH` is not searched
    ///   - arguments: all its arguments; the first is the name under which it runs
    ///   - environment: `NAME=value`, and nothing else
    ///   - descriptors: what it gets as descriptors 0, 1, …; it inherits no others, and the caller closes them
    ///   - folder: where it runs; nil for the caller's
    public init(
        _ path: String, arguments: [String], environment: [String], descriptors: [Int32], folder: String? = nil
    ) throws {
        let vector = Self.pointers(arguments)
        let variables = Self.pointers(environment)
        defer { (vector + variables).forEach { free($0) } }
        var code: Int32 = 0
        process = nlinux_spawn_bound(
            path, vector, variables, descriptors, Int32(descriptors.count), folder, &code)
        guard process > 0 else { throw systemFailure(code, "run \"\(path)\"") }
        // A program that ends before it has read its input must not end us: the write then fails with EPIPE instead.
        signal(SIGPIPE, SIG_IGN)
    }

    /// What execve takes: C strings, ended by a null pointer; freed by the caller.
    private static func pointers(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }

    /// Waits for the end.
    ///
    /// - Parameter block: false to look only whether it has ended
    /// - Returns: the exit status, 128 + the number of the signal when one ended it; nil when it still runs
    public func wait(block: Bool = true) -> Int32? {
        var status: Int32 = 0
        var result: pid_t
        repeat { result = waitpid(process, &status, block ? 0 : WNOHANG) } while result < 0 && errno == EINTR
        guard result == process else { return nil }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
