/// One run of an external program: an argument vector (never a shell), a clean environment, no standard input unless given.
/// It never outlives the program that runs it.
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
        let command: String

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
    /// Called with each line of standard output and standard error as it comes, of which at most 64 KiB are kept; nil to collect
    /// silently.
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

    func result(status: Int32, output: [UInt8], errorTail: String) -> Result {
        Result(status: status, output: output, errorTail: errorTail, command: quoted)
    }

    var cleanEnvironment: [String] {
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
