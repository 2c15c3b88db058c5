public import Host

/// One thing that is wrong, or worth knowing, about a kernel command line: what, where, and what to do about it.
public struct CommandLineMistake: Hashable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Sendable {
        /// The word cannot be followed.
        case error
        /// The word is followed, or passed over, in a way that is perhaps not expected.
        case warning
    }

    /// How bad it is.
    public let severity: Severity
    /// The word's place in the command line, from 1; nil when the whole line is meant.
    public let word: Int?
    /// The word itself, as a terminal can show it, long ones cut, a secret one without its value.
    public let text: String
    /// The character of the word at which the mistake begins, from 1; nil when the whole word is meant.
    public let character: Int?
    /// What is wrong: one line without a trailing full stop.
    public let message: String
    /// What to do about it, when there is something to say.
    public let hint: String?

    /// `kernel command line: word 7 ("ip=…"), character 12: …` and, on a line of its own, the hint.
    public var description: String {
        guard let hint else { return line }
        return line + "\n  hint: " + hint
    }

    /// The description without the hint.
    public var line: String { place + ": " + message }

    /// `kernel command line: word 7 ("ip=…"), character 12`
    public var place: String {
        var place = "kernel command line"
        if let word {
            place += ": word \(word) (\"\(text)\")"
            if let character { place += ", character \(character)" }
        }
        return place
    }

    /// The same as a failure, for callers that act on one.
    public var failure: Failure { Failure(.invalidInput, line, hint: hint) }
}
