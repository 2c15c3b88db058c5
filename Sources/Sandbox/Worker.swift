import Glibc
import Host

/// Runs this program again as a worker inside its own namespaces.
///
/// The worker is process 1 of a new PID namespace, has no network, sees the host's files, and whatever it mounts is seen by
/// nobody else and gone when it ends. It dies with this process.
public struct Worker: Sendable {
    /// What a worker does: it gets the job from its standard input and returns the result.
    public typealias Body = @Sendable (_ job: [UInt8], _ progress: @escaping ProgressSink) throws -> [UInt8]

    /// The hidden command that makes the program a worker.
    static let command = "__worker"

    private let program: String?
    /// How the worker becomes root.
    public let rung: Rung
    private let progress: ProgressSink

    /// A way to run workers.
    ///
    /// - Parameter program: the binary to run; nil for the running one
    public init(program: String? = nil, rung: Rung, progress: @escaping ProgressSink = silent) {
        self.program = program ?? Environment.variable("NODEWRIGHT_PROGRAM")
        self.rung = rung
        self.progress = progress
    }

    /// Runs the worker `name` to its end and returns its result.
    ///
    /// - Throws: the failure that ended the worker's body, or one that says how the worker itself ended
    public func run(_ name: String, job: [UInt8]) throws -> [UInt8] {
        let wire = WorkerWire()
        let result = try Command(
            try program ?? Environment.ownProgram(), [Self.command, name, rung.rawValue, String(getpid())],
            input: .bytes(job),
            onLine: { [progress] line in wire.receive(line, progress) }
        ).run()
        if let failure = wire.failure { throw failure }
        guard result.status == 0 else {
            let fate =
                result.status > 128
                ? "was ended by signal \(result.status - 128)" : "ended with status \(result.status)"
            throw Failure(
                .internalError, "the worker \"\(name)\" \(fate)",
                details: result.errorTail.split(separator: "\n").filter { !WorkerWire.isEvent($0) }.suffix(8).map(
                    String.init))
        }
        return result.output
    }

    /// Turns the process into the worker that its arguments ask for and ends it; returns at once when they ask for none.
    ///
    /// Must be called before anything starts a thread.
    public static func serve(_ bodies: [String: Body], arguments: [String] = CommandLine.arguments) {
        guard arguments.count == 5, arguments[1] == command else { return }
        let send: ProgressSink = { event in WorkerWire.send(event) }
        do {
            guard let rung = Rung(rawValue: arguments[3]), let parent = Int32(arguments[4]) else {
                throw Failure(.internalError, "\(command) is not for people")
            }
            var bodies = bodies
            bodies["probe"] = { _, _ in Array(Probe.facts().utf8) }
            guard let body = bodies[arguments[2]] else {
                throw Failure(.internalError, "there is no worker \"\(arguments[2])\"")
            }
            let job = try File.read(descriptor: 0, named: "the job")
            try Namespaces.enter(rung, parent: parent)
            let result = try body(job, send)
            try File.append(result, to: 1, named: "the result")
            exit(0)
        } catch let failure as Failure {
            WorkerWire.send(failure)
        } catch {
            WorkerWire.send(Failure(.internalError, "\(error)"))
        }
        exit(1)
    }
}

/// What the built-in worker `probe` reports about where it runs; for tests and `nodewright doctor`.
enum Probe {
    static func facts() -> String {
        let devices = ((try? File.readText("/proc/self/net/dev")) ?? "").split(separator: "\n").dropFirst(2)
        let interfaces = devices.compactMap { $0.split(separator: ":").first?.filter { $0 != " " } }.joined(
            separator: ",")
        let owner = chown("/", 12345, 12345) == 0 ? "suppressed" : "refused"
        return "uid=\(getuid()) pid=\(getpid()) chown=\(owner) interfaces=\(interfaces)\n"
    }
}
