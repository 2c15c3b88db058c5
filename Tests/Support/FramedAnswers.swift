/// What a script said under the names that it was asked by: each answer follows a line `@@@NAME`.
public enum FramedAnswers {
    /// The answers by name.
    ///
    /// - Parameter keepsBlankLines: those inside of an answer; at its end there are none in any case
    public static func parse(_ text: String, keepsBlankLines: Bool = false) -> [String: String] {
        var lines: [String: [Substring]] = [:]
        var name = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: !keepsBlankLines) {
            if line.hasPrefix("@@@") {
                name = String(line.dropFirst(3))
                lines[name] = []
            } else if !name.isEmpty {
                lines[name]?.append(line)
            }
        }
        return lines.mapValues { lines in
            lines.reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n")
        }
    }
}
