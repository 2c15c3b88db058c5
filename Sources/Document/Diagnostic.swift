/// One mistake in a document: what is wrong, where, and what to do about it.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The document cannot be used.
        case error
        /// The document can be used, but probably does not mean what it says.
        case warning
    }

    /// How bad it is.
    public let severity: Severity
    /// Where it is.
    public let position: Position
    /// What is wrong: one line without a trailing full stop.
    public let message: String
    /// What to do about it, when there is something to say.
    public let hint: String?

    /// A mistake at a place.
    public init(_ severity: Severity, at position: Position, _ message: String, hint: String? = nil) {
        self.severity = severity
        self.position = position
        self.message = message
        self.hint = hint
    }

    /// The description without the hint.
    public var line: String { "\(position): \(severity.rawValue): \(message)" }

    /// `recipe.yaml:12:5: error: …` and, on a line of its own, the hint.
    public var description: String {
        guard let hint else { return line }
        return line + "\n  hint: " + hint
    }

    /// The same as an object for `--json`.
    public var json: JSONValue {
        [
            "severity": .string(severity.rawValue), "file": .string(position.file), "line": .integer(position.line),
            "column": .integer(position.column), "message": .string(message), "hint": hint.map { .string($0) } ?? .null,
        ]
    }
}
