public import Document

/// One thing that an engine needs on a node, and how it is.
public struct ReadinessCheck: Hashable, Sendable {
    /// How good it is.
    public enum Outcome: String, Sendable {
        case ok
        /// It works, but not as it should.
        case warning
        /// An engine cannot use the node like this.
        case failed
    }

    /// `vdsm`
    public let name: String
    /// How good it is.
    public let outcome: Outcome
    /// What was found, in words.
    public let found: String
    /// What to do about it; nil when nothing is to be done.
    public let advice: String?

    /// A check that was made.
    init(_ name: String, _ outcome: Outcome, _ found: String, advice: String? = nil) {
        self.name = name
        self.outcome = outcome
        self.found = PlainText.printable(found)
        self.advice = advice
    }

    /// For people: a line, and one with the advice.
    public var text: String {
        let line = PlainText.column(name, 16) + PlainText.column(outcome.rawValue, 9) + found + "\n"
        return line + (advice.map { String(repeating: " ", count: 25) + $0 + "\n" } ?? "")
    }

    /// For programs.
    public var json: JSONValue {
        [
            "name": .string(name), "outcome": .string(outcome.rawValue), "found": .string(found),
            "advice": .optional(advice),
        ]
    }
}
