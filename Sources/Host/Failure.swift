/// The exit statuses of both programs (DESIGN.md §7).
public enum ExitStatus: Int32, Sendable {
    case done = 0
    case internalError = 1
    /// Wrong usage, or input that cannot be accepted.
    case invalidInput = 2
    case nothingToDo = 3
    case network = 4
    /// A signature, checksum or validity period that does not hold.
    case signature = 5
    case versionPolicy = 6
    /// A device, a full disk or another input/output failure.
    case device = 7
    case busy = 8
    case incompatible = 9
    case rebootRequired = 10
}

/// What went wrong, in words for the person who has to act on it.
///
/// The message says what was wrong and where; the hint says what to do. The status decides the exit status of the
/// program, so that no caller has to match strings.
public struct Failure: Error, Sendable, CustomStringConvertible {
    /// The class of the failure; becomes the exit status.
    public let status: ExitStatus
    /// One line without a trailing full stop: what was expected, what was found, where.
    public let message: String
    /// What to do about it, when there is something to say.
    public let hint: String?
    /// Further lines, such as the last output of a program that failed.
    public let details: [String]

    /// A failure of the given class.
    public init(_ status: ExitStatus, _ message: String, hint: String? = nil, details: [String] = []) {
        self.status = status
        self.message = message
        self.hint = hint
        self.details = details
    }

    /// The same failure with what was being done in front: `downloading bash: connection refused`.
    public func during(_ activity: String) -> Failure {
        Failure(status, "\(activity): \(message)", hint: hint, details: details)
    }

    /// The text that a person reads: message, details, hint.
    public var description: String {
        var lines = [message]
        lines += details.map { "  " + $0 }
        if let hint { lines.append("hint: " + hint) }
        return lines.joined(separator: "\n")
    }
}

/// Runs `body`; a failure that leaves it says what was being done.
public func during<Value>(_ activity: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let failure as Failure { throw failure.during(activity) }
}
