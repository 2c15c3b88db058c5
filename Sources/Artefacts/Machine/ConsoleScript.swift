import Host

/// What to wait for and to type on a machine's serial console, one step a line.
///
/// ```
/// # log in and ask for failed units
/// expect login:
/// send root
/// expect #
/// send systemctl --failed --no-legend; echo fail''ed=$?
/// expect failed=0
/// ```
/// A pattern is a regular expression that is looked for within one line, control sequences removed. A step begins to look
/// where the step before it has found its match.
public struct ConsoleScript {
    /// One step.
    public enum Step {
        /// Waits until the pattern is seen.
        case expect(pattern: String, Regex<AnyRegexOutput>)
        /// Types these bytes.
        case type([UInt8])
        /// Lets the machine run for so many seconds.
        case wait(seconds: Double)
        /// Writes a picture of the screen.
        case screenshot(String)
    }

    /// The steps in their order.
    public var steps: [Step] = []
    /// Patterns that end the run as failed wherever they are seen.
    public var refused: [(pattern: String, regex: Regex<AnyRegexOutput>)] = []

    /// A script without steps, which refuses a kernel panic.
    public init() { refused = [("end Kernel panic", Regex(verbatim: "end Kernel panic"))] }

    /// Reads a script.
    ///
    /// - Throws: every mistake at once, each as `file:line: error: …`
    public init(text: String, file: String) throws {
        self.init()
        var mistakes: [String] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            do { try add(line: line) } catch let failure as Failure {
                mistakes.append("\(file):\(index + 1): error: \(failure.message)")
            }
        }
        guard let first = mistakes.first else { return }
        throw Failure(.invalidInput, first, hint: Self.hint, details: Array(mistakes.dropFirst()))
    }

    private static let hint =
        "each line is \"expect PATTERN\", \"send TEXT\" (with Enter), \"type TEXT\" (without), "
        + "\"refuse PATTERN\", \"wait SECONDS\", \"screenshot FILE.png\" or a comment"

    private mutating func add(line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 1)
        guard let verb = words.first, !verb.hasPrefix("#") else { return }
        let text = words.count > 1 ? String(words[1]) : ""
        switch verb {
        case "expect": try expect(text)
        case "refuse": refused.append((text, try Self.regex(text)))
        case "send": steps.append(.type(try Self.unescape(text) + [0x0D]))
        case "type": steps.append(.type(try Self.unescape(text)))
        case "wait":
            guard let seconds = Double(text), seconds > 0 else {
                throw Failure(.invalidInput, "\"wait\" needs a number of seconds")
            }
            steps.append(.wait(seconds: seconds))
        case "screenshot":
            if text.isEmpty { throw Failure(.invalidInput, "\"screenshot\" needs the name of a file") }
            steps.append(.screenshot(text))
        default: throw Failure(.invalidInput, "unknown step \"\(verb)\"")
        }
    }

    /// Appends a step that waits for `pattern`.
    public mutating func expect(_ pattern: String) throws {
        steps.append(.expect(pattern: pattern, try Self.regex(pattern)))
    }

    private static func regex(_ pattern: String) throws -> Regex<AnyRegexOutput> {
        if pattern.isEmpty { throw Failure(.invalidInput, "a pattern is missing") }
        do { return try Regex(pattern).matchingSemantics(.unicodeScalar) } catch {
            throw Failure(
                .invalidInput, "\"\(pattern)\" is not a regular expression: \(error)",
                hint: "put a backslash before . * + ? ( ) [ ] { } | ^ $ that are meant literally")
        }
    }

    /// `\e` escape, `\n` line feed, `\r` Enter, `\t` tab, `\\` backslash, `\xHH` any byte.
    static func unescape(_ text: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            let next = rest.popFirst()
            switch next {
            case UInt8(ascii: "e"): bytes.append(0x1B)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "\\"): bytes.append(0x5C)
            case UInt8(ascii: "x"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2
                else {
                    throw Failure(.invalidInput, "\"\\x\" needs two hexadecimal digits")
                }
                rest = rest.dropFirst(2)
                bytes.append(value)
            default:
                throw Failure(.invalidInput, "unknown escape \"\\\(next.map { String(Unicode.Scalar($0)) } ?? "")\"")
            }
        }
        return bytes
    }
}
