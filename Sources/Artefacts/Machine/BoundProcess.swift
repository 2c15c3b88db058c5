import CLinux
import Glibc
import Host

/// A program that runs beside this one, with a pipe or socket at each of its first descriptors, and never outlives it.
///
/// It must be started by a thread that stays, such as the main one (`BoundProgram`).
final class BoundProcess {
    private let program: BoundProgram
    private var status: Int32?
    /// Writes to the program's standard input.
    let input: Int32
    /// Reads its standard output.
    let output: Int32
    /// Reads its standard error.
    let errors: Int32
    /// The other end of the socket that the program has as descriptor 3.
    let socket: Int32

    init(_ program: String, _ arguments: [String], progress: ProgressSink = silent) throws {
        progress(.command(Command(program, arguments).quoted))
        let input = try Self.pair { nlinux_pipe(&$0) }
        let output = try Self.pair { nlinux_pipe(&$0) }
        let errors = try Self.pair { nlinux_pipe(&$0) }
        let sockets = try Self.pair { nlinux_socket_pair(&$0) }
        let childSide = [input[0], output[1], errors[1], sockets[1]]
        (self.input, self.output, self.errors, socket) = (input[1], output[0], errors[0], sockets[0])
        defer { childSide.forEach { close($0) } }
        self.program = try BoundProgram(
            program, arguments: [program] + arguments,
            environment: ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/nonexistent"], descriptors: childSide)
    }

    private static func pair(_ make: (inout [Int32]) -> Int32) throws -> [Int32] {
        var ends: [Int32] = [-1, -1]
        try check("make a pipe") { make(&ends) }
        return ends
    }

    deinit {
        if status == nil {
            kill(program.process, SIGKILL)
            _ = program.wait()
        }
        [input, output, errors, socket].forEach { close($0) }
    }

    /// The exit status once the program has ended (128 + signal when one ended it), else nil.
    func exitStatus() -> Int32? {
        if status == nil { status = program.wait(block: false) }
        return status
    }

    /// Waits for the end; nil when the program still runs after `seconds`.
    func wait(seconds: Double) -> Int32? {
        let deadline = monotonicSeconds() + seconds
        while monotonicSeconds() < deadline {
            if let status = exitStatus() { return status }
            usleep(10_000)
        }
        return exitStatus()
    }
}
