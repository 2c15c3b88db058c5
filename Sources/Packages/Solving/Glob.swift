import Glibc

/// A pattern with `*`, `?` and `[…]`, as `fnmatch` understands it.
struct Glob {
    private let pattern: String
    private let flags: Int32

    /// A pattern.
    init(_ pattern: String, ignoringCase: Bool = false) {
        self.pattern = pattern
        // FNM_CASEFOLD is a GNU extension that the module map does not show.
        flags = ignoringCase ? 1 << 4 : 0
    }

    /// Whether the text has wildcards at all.
    static func isGlob(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// Whether the whole text matches.
    func matches(_ text: String) -> Bool { fnmatch(pattern, text, flags) == 0 }
}
