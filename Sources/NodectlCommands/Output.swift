import Document
import Host

/// The two streams of the program: results on standard output, everything for people about the work on standard error.
enum Output {
    static func result(_ text: String) throws { try File.append(Array(text.utf8), to: 1, named: "standard output") }

    static func error(_ text: String) { try? File.append(Array((text + "\n").utf8), to: 2, named: "standard error") }

    static func warning(_ text: String) { error("nodectl: warning: " + text) }

    /// Message, details and hint for people, or one JSON object where the arguments ask for that.
    static func error(_ failure: Failure) {
        // That a restart is needed is an exit status, and no error.
        let isError = failure.status != .rebootRequired
        guard CommandLine.arguments.contains("--json") else {
            return error("nodectl: " + (isError ? "error: " : "") + failure.description)
        }
        let value: JSONValue = [
            isError ? "error" : "message": .string(failure.message), "hint": .optional(failure.hint),
            "details": .strings(failure.details),
            "status": .integer(Int(failure.status.rawValue)),
        ]
        error(JSON.text(value))
    }
}
