/// A pattern of target paths (specification, section 4.5: `PATHPATTERN`): `*` and `?` and `[…]` and `[!…]` within one component.
///
/// `targets/*.tgz` matches `targets/a.tgz`, but not `targets/b/a.tgz`. There is no escape character.
public struct PathPattern: Hashable, Sendable {
    /// The pattern as it is written.
    public let text: String

    private enum Element: Hashable, Sendable {
        case any
        case one
        case exactly(Unicode.Scalar)
        case member(of: [ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    private let components: [[Element]]

    /// A pattern; every text is one.
    public init(_ text: String) {
        self.text = text
        components = Self.split(text).map { Self.elements(Array($0)) }
    }

    /// Patterns of the same text are equal.
    public static func == (left: PathPattern, right: PathPattern) -> Bool { left.text == right.text }

    /// By the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Whether the whole path matches.
    public func matches(_ path: String) -> Bool {
        let parts = Self.split(path)
        guard parts.count == components.count else { return false }
        return zip(components, parts).allSatisfy { Self.matches($0, Array($1)) }
    }

    private static func split(_ text: String) -> [Substring.UnicodeScalarView] {
        text[...].unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
    }

    private static func elements(_ text: [Unicode.Scalar]) -> [Element] {
        var elements: [Element] = []
        var index = 0
        while index < text.count {
            let scalar = text[index]
            index += 1
            switch scalar {
            case "*": if elements.last != .any { elements.append(.any) }
            case "?": elements.append(.one)
            case "[":
                if let (element, end) = set(text, from: index) {
                    elements.append(element)
                    index = end
                } else {
                    elements.append(.exactly(scalar))
                }
            default: elements.append(.exactly(scalar))
            }
        }
        return elements
    }

    /// The set that begins after `[`, and where it ends; nil when it is not closed, and the bracket stands for itself.
    private static func set(_ text: [Unicode.Scalar], from start: Int) -> (Element, Int)? {
        let negated = start < text.count && text[start] == "!"
        let first = negated ? start + 1 : start
        // A bracket at the beginning of the set is a member of it.
        guard first < text.count, let end = text[(first + 1)...].firstIndex(of: "]") else { return nil }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var index = first
        while index < end {
            if index + 2 < end, text[index + 1] == "-" {
                // A range that runs backwards has no members.
                if text[index] <= text[index + 2] { ranges.append(text[index]...text[index + 2]) }
                index += 3
            } else {
                ranges.append(text[index]...text[index])
                index += 1
            }
        }
        return (.member(of: ranges, negated: negated), end + 1)
    }

    /// Goes back to the last `*` only, which is enough, so that no pattern takes more than length times length steps.
    private static func matches(_ pattern: [Element], _ text: [Unicode.Scalar]) -> Bool {
        var (position, index) = (0, 0)
        var star: (position: Int, index: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == .any {
                star = (position, index)
                position += 1
            } else if position < pattern.count, accepts(pattern[position], text[index]) {
                position += 1
                index += 1
            } else if let last = star {
                star = (last.position, last.index + 1)
                position = last.position + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == .any }
    }

    private static func accepts(_ element: Element, _ scalar: Unicode.Scalar) -> Bool {
        switch element {
        case .any, .one: true
        case .exactly(let expected): expected == scalar
        case .member(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }
}
