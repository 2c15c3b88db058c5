import Glibc
import Host

/// Something that only a person may answer.
enum Question {
    /// Asks on the terminal.
    ///
    /// - Parameters:
    ///   - text: stands before the answer
    ///   - nobody: what is thrown when standard input is no terminal
    /// - Returns: the line that was typed; an empty one at the end of input
    static func ask(_ text: String, nobody: @autoclosure () -> Failure) throws -> String {
        guard isatty(0) == 1 else { throw nobody() }
        try File.append(Array(text.utf8), to: 2, named: "standard error")
        return readLine() ?? ""
    }
}
