import Glibc

/// A pattern with `*`, `?` and `[…]`, as `fnmatch` understands it: `*` stands for anything, slashes included.
public struct ShellPattern: Sendable {
    private let text: String
    private let flags: Int32

    /// A pattern.
    public init(_ text: String, ignoringCase: Bool = false) {
        self.text = text
        // FNM_CASEFOLD is a GNU extension that the module map does not show.
        flags = ignoringCase ? 1 << 4 : 0
    }

    /// Whether a text has wildcards at all.
    public static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// Whether the whole text matches.
    public func matches(_ text: String) -> Bool { fnmatch(self.text, text, flags) == 0 }
}

extension Sequence<String> {
    /// Whether one of these patterns matches the whole text.
    public func anyMatches(_ text: String) -> Bool { contains { ShellPattern($0).matches(text) } }
}
