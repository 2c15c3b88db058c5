import Host

/// A pattern of paths or names.
///
/// `*` and `?` match within one component, `**` as a whole component matches any number of components, `[a-z]` and `[!a-z]`
/// match one character, `{a,b}` is not special. Matching takes linear time per component and never blows up.
public struct Glob: Sendable, Hashable, CustomStringConvertible {
    private enum Piece: Sendable, Hashable {
        case anyDepth
        case component([Token])
    }

    private enum Token: Sendable, Hashable {
        case literal(UnicodeScalar)
        case anyOne
        case anyRun
        case set([ClosedRange<UnicodeScalar>], negated: Bool)
    }

    /// The pattern as it is written.
    public let text: String
    private let pieces: [Piece]

    /// Whether the pattern has no wildcard.
    public let isLiteral: Bool

    /// Reads a pattern.
    ///
    /// - Throws: a `Failure` of class `invalidInput` that says what is wrong with it
    public init(_ text: String) throws {
        self.text = text
        var pieces: [Piece] = []
        guard !text.isEmpty else { throw Failure(.invalidInput, "the pattern is empty") }
        for component in text.split(separator: "/", omittingEmptySubsequences: true) {
            if component == "." || component == ".." {
                throw Failure(.invalidInput, "the pattern \"\(text)\" contains \"\(component)\"")
            }
            if component == "**" {
                if pieces.last != .anyDepth { pieces.append(.anyDepth) }
            } else if component.contains("**") {
                throw Failure(
                    .invalidInput, "the pattern \"\(text)\" has \"**\" within a component",
                    hint: "\"**\" must stand alone between slashes; use \"*\" within a component")
            } else {
                pieces.append(.component(try Glob.tokens(component, of: text)))
            }
        }
        guard !pieces.isEmpty else { throw Failure(.invalidInput, "the pattern \"\(text)\" matches the root itself") }
        self.pieces = pieces
        isLiteral = pieces.allSatisfy { piece in
            guard case .component(let tokens) = piece else { return false }
            return tokens.allSatisfy { if case .literal = $0 { true } else { false } }
        }
    }

    /// The pattern as it is written.
    public var description: String { text }

    /// A path or name, taken apart once to be matched against many patterns. A leading slash does not count.
    public struct Subject: Sendable {
        fileprivate let components: [[UnicodeScalar]]

        /// Takes a path apart.
        public init(_ path: some StringProtocol) {
            components = path.unicodeScalars.split(separator: "/").map(Array.init)
        }
    }

    /// Whether a path or name matches; a leading slash does not count on either side.
    public func matches(_ path: String) -> Bool { matches(Subject(path)) }

    /// Whether a path or name matches.
    public func matches(_ subject: Subject) -> Bool {
        let components = subject.components
        // reachable[i]: the pieces so far can match the first i components.
        var reachable = [Bool](repeating: false, count: components.count + 1)
        reachable[0] = true
        for piece in pieces {
            var next = [Bool](repeating: false, count: components.count + 1)
            switch piece {
            case .anyDepth:
                var open = false
                for index in next.indices {
                    open = open || reachable[index]
                    next[index] = open
                }
            case .component(let tokens):
                for index in components.indices where reachable[index] {
                    next[index + 1] = Glob.matches(tokens, components[index])
                }
            }
            reachable = next
        }
        return reachable[components.count]
    }

    private static func matches(_ tokens: [Token], _ text: [UnicodeScalar]) -> Bool {
        var token = 0
        var place = 0
        var star: (token: Int, place: Int)?
        while place < text.count {
            if token < tokens.count, case .anyRun = tokens[token] {
                star = (token, place)
                token += 1
            } else if token < tokens.count, matches(tokens[token], text[place]) {
                token += 1
                place += 1
            } else if let last = star {
                // Let the last star take one character more and try again from there.
                star = (last.token, last.place + 1)
                token = last.token + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .anyRun }
    }

    private static func matches(_ token: Token, _ scalar: UnicodeScalar) -> Bool {
        switch token {
        case .literal(let literal): literal == scalar
        case .anyOne, .anyRun: true
        case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }

    private static func tokens(_ component: Substring, of pattern: String) throws -> [Token] {
        let scalars = Array(component.unicodeScalars)
        var tokens: [Token] = []
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "*": tokens.append(.anyRun)
            case "?": tokens.append(.anyOne)
            case "\\":
                index += 1
                guard index < scalars.count else {
                    throw Failure(.invalidInput, "the pattern \"\(pattern)\" ends with a backslash")
                }
                tokens.append(.literal(scalars[index]))
            case "[": tokens.append(try set(scalars, &index, of: pattern))
            case let scalar where scalar.value < 0x20:
                throw Failure(.invalidInput, "the pattern contains a control character")
            default: tokens.append(.literal(scalars[index]))
            }
            index += 1
        }
        return tokens
    }

    /// Reads `[…]`; `index` is at `[` before and at `]` after.
    private static func set(_ scalars: [UnicodeScalar], _ index: inout Int, of pattern: String) throws -> Token {
        let start = index
        index += 1
        var negated = false
        if index < scalars.count, scalars[index] == "!" || scalars[index] == "^" {
            negated = true
            index += 1
        }
        var ranges: [ClosedRange<UnicodeScalar>] = []
        while index < scalars.count, scalars[index] != "]" || ranges.isEmpty {
            let low = scalars[index]
            guard index + 2 < scalars.count, scalars[index + 1] == "-", scalars[index + 2] != "]" else {
                ranges.append(low...low)
                index += 1
                continue
            }
            let high = scalars[index + 2]
            guard low <= high else {
                throw Failure(
                    .invalidInput, "the pattern \"\(pattern)\" has a range that runs backwards: \(low)-\(high)")
            }
            ranges.append(low...high)
            index += 3
        }
        guard index < scalars.count else {
            throw Failure(
                .invalidInput, "the pattern \"\(pattern)\" has a \"[\" without \"]\" (character \(start + 1))",
                hint: "write \"\\\\[\" for the character itself")
        }
        return .set(ranges, negated: negated)
    }
}
