import CLinux
import Glibc

/// One run of an external program: an argument vector (never a shell), a clean environment, no standard input unless given.
///
/// ```swift
/// let listing = try Command("xorriso", ["-indev", iso, "-find"]).run().check().output
/// ```
public struct Command: Sendable {
    /// Where standard input comes from.
    public enum Input: Sendable {
        case null
        /// These bytes, then end of file.
        case bytes([UInt8])
        /// An open descriptor, which the caller closes.
        case descriptor(Int32)
    }

    /// What a program that ended left behind. A status other than 0 is a result like any other; `check` makes it a failure.
    public struct Result: Sendable {
        /// The exit status; 128 + the number of the signal when one ended the program.
        public let status: Int32
        /// Standard output, at most `outputLimit` bytes.
        public let output: [UInt8]
        /// The last 4 KiB of standard error.
        public let errorTail: String
        fileprivate let command: String

        /// Standard output as text; bytes that are not UTF-8 become U+FFFD.
        public var text: String { String(decoding: output, as: UTF8.self) }

        /// Throws when the program failed: the failure shows command, status and last lines.
        @discardableResult
        public func check(_ class: ExitStatus = .internalError, hint: String? = nil) throws -> Result {
            if status == 0 { return self }
            let name = command.split(separator: " ").first.map(String.init) ?? command
            // The second is how xorriso says it.
            let fullDisk = ["No space left on device", "exceeds free space on media"].contains {
                errorTail.contains($0)
            }
            let lines = errorTail.split(separator: "\n").suffix(8).map(String.init)
            throw Failure(
                fullDisk ? .device : `class`,
                status > 128 && status < 160
                    ? "\(name) was ended by signal \(status - 128)" : "\(name) failed with status \(status)",
                hint: hint ?? (fullDisk ? "free some space, or choose another folder" : nil),
                details: ["command: \(command)"] + lines)
        }
    }

    /// The program, looked up on `PATH`.
    public var program: String
    /// Its arguments, without the program's own name.
    public var arguments: [String]
    /// Variables beyond the clean ones (PATH, HOME, LANG=C.UTF-8, TZ=UTC, TMPDIR and SOURCE_DATE_EPOCH are passed or set).
    public var environment: [String: String]
    /// The folder to run in; nil for the caller's.
    public var folder: String?
    /// Standard input.
    public var input: Input
    /// Called with each line of standard output and standard error as it comes; nil to collect silently.
    public var onLine: (@Sendable (String) -> Void)?
    /// More standard output than this is dropped, so that a chatty program cannot fill the memory.
    public var outputLimit = 64 << 20
    /// Hears the exact command before it runs.
    public var progress: ProgressSink = silent

    /// A command that is ready to run.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], folder: String? = nil,
        input: Input = .null, progress: @escaping ProgressSink = silent, onLine: (@Sendable (String) -> Void)? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.input = input
        self.progress = progress
        self.onLine = onLine
    }

    /// The command as one could type it into a shell.
    public var quoted: String { ([program] + arguments).map(Command.quote).joined(separator: " ") }

    private static func quote(_ word: String) -> String {
        let plain = word.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x40 && $0 <= 0x5A) || ($0 >= 0x2B && $0 <= 0x3A) || $0 == 0x5F
                || $0 == 0x3D
        }
        return plain && !word.isEmpty
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// Runs the program to its end.
    ///
    /// - Throws: when it cannot be started: a missing program is named together with the way to get it
    public func run() throws -> Result {
        progress(.command(quoted))
        guard let path = Environment.program(program) else {
            throw Failure(
                .invalidInput, "the program \"\(program)\" is not installed",
                hint: "run \"nodewright doctor\": it names the package")
        }
        var running = try RunningCommand(self, path: path)
        return try running.finish()
    }

    fileprivate func result(status: Int32, output: [UInt8], errorTail: String) -> Result {
        Result(status: status, output: output, errorTail: errorTail, command: quoted)
    }

    fileprivate var cleanEnvironment: [String] {
        var variables = [
            "PATH": (Environment.variable("PATH") ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin", "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8", "TZ": "UTC",
        ]
        for name in ["HOME", "TMPDIR", "SOURCE_DATE_EPOCH", "NODEWRIGHT_CACHE", "XDG_CACHE_HOME", "TERM"] {
            if let value = Environment.variable(name) { variables[name] = value }
        }
        variables.merge(environment) { $1 }
        return variables.map { "\($0)=\($1)" }.sorted()
    }
}

/// A started program with its three pipes.
private struct RunningCommand {
    private let command: Command
    private let process: pid_t
    private var input: (descriptor: Int32, bytes: [UInt8], sent: Int)?
    private var outputs: [(descriptor: Int32, partial: [UInt8])]
    private var output: [UInt8] = []
    private var errorTail: [UInt8] = []

    init(_ command: Command, path: String) throws {
        self.command = command
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var childSide: [Int32] = []
        defer { childSide.forEach { close($0) } }
        switch command.input {
        case .null:
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        case .descriptor(let descriptor):
            posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
        case .bytes(let bytes):
            let pipe = try Self.makePipe()
            childSide.append(pipe.read)
            posix_spawn_file_actions_adddup2(&actions, pipe.read, 0)
            input = (pipe.write, bytes, 0)
        }
        let standardOutput = try Self.makePipe()
        let standardError = try Self.makePipe()
        childSide += [standardOutput.write, standardError.write]
        posix_spawn_file_actions_adddup2(&actions, standardOutput.write, 1)
        posix_spawn_file_actions_adddup2(&actions, standardError.write, 2)
        outputs = [(standardOutput.read, []), (standardError.read, [])]
        if let folder = command.folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigfillset(&defaults)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        let arguments = ([command.program] + command.arguments).map { strdup($0) } + [nil]
        let environment = command.cleanEnvironment.map { strdup($0) } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, &attributes, arguments, environment)
        self.process = process
        guard code == 0 else {
            outputs.forEach { close($0.descriptor) }
            if let input { close(input.descriptor) }
            throw systemFailure(code, "run \"\(path)\"")
        }
        // A program that ends before it has read its input must not end us: the write then fails with EPIPE instead.
        signal(SIGPIPE, SIG_IGN)
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        try check("make a pipe") { nlinux_pipe(&ends) }
        return (ends[0], ends[1])
    }

    /// Feeds and drains the pipes until all are closed, then reaps the program.
    mutating func finish() throws -> Command.Result {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        if let input { _ = fcntl(input.descriptor, F_SETFL, O_NONBLOCK) }
        while input != nil || outputs.contains(where: { $0.descriptor >= 0 }) {
            var polled = outputs.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            if let input { polled.append(pollfd(fd: input.descriptor, events: Int16(POLLOUT), revents: 0)) }
            if poll(&polled, nfds_t(polled.count), -1) < 0 { continue }
            for index in outputs.indices where polled[index].revents != 0 { drain(index, &buffer) }
            if polled.count > outputs.count, polled[outputs.count].revents != 0 { feed() }
        }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return command.result(status: code, output: output, errorTail: String(decoding: errorTail, as: UTF8.self))
    }

    private mutating func feed() {
        guard var current = input else { return }
        let count = current.bytes.withUnsafeBytes { bytes -> Int in
            guard let base = bytes.baseAddress, current.sent < bytes.count else { return 0 }
            return Glibc.write(current.descriptor, base + current.sent, bytes.count - current.sent)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        current.sent += max(0, count)
        if count < 0 || current.sent >= current.bytes.count {
            close(current.descriptor)
            input = nil
        } else {
            input = current
        }
    }

    private mutating func drain(_ index: Int, _ buffer: inout [UInt8]) {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(outputs[index].descriptor, $0.baseAddress, $0.count) }
        if count < 0, errno == EINTR { return }
        if count <= 0 {
            close(outputs[index].descriptor)
            outputs[index].descriptor = -1
            if !outputs[index].partial.isEmpty { emit(outputs[index].partial) }
            outputs[index].partial = []
            return
        }
        let bytes = buffer[..<count]
        if index == 0 {
            output += bytes.prefix(max(0, command.outputLimit - output.count))
        } else {
            errorTail += bytes
            if errorTail.count > 4096 { errorTail.removeFirst(errorTail.count - 4096) }
        }
        guard command.onLine != nil else { return }
        outputs[index].partial += bytes
        while let end = outputs[index].partial.firstIndex(of: 0x0A) {
            emit(Array(outputs[index].partial[..<end]))
            outputs[index].partial.removeSubrange(...end)
        }
    }

    private func emit(_ line: [UInt8]) { command.onLine?(String(decoding: line, as: UTF8.self)) }
}
