public import Document

/// One thing that a started node is asked before its slot counts as good.
public struct HealthCheck: Hashable, Sendable {
    /// `libvirt`, or the name of a program in `health.d`.
    public let name: String
    /// Whether a slot without it is not good; otherwise it is only warned of.
    public let isRequired: Bool
    /// What is wrong; nil when nothing is.
    public let problem: String?

    init(_ name: String, isRequired: Bool = true, problem: String?) {
        self.name = name
        self.isRequired = isRequired
        self.problem = problem.map { PlainText.printable($0) }
    }

    /// One line for people.
    public var text: String {
        let word = problem == nil ? "ok" : isRequired ? "failed" : "warning"
        return PlainText.column(name, 24) + PlainText.column(word, 9) + (problem ?? "") + "\n"
    }

    /// For machines.
    public var json: JSONValue {
        [
            "name": .string(name), "required": .bool(isRequired), "ok": .bool(problem == nil),
            "problem": .optional(problem),
        ]
    }
}
