/// Text that may be an address, for messages.
enum ShownAddress {
    /// The text without what may be a password or a token: `...` for what stands before `@`, and for the query of a URL.
    static func text(_ text: some StringProtocol) -> String {
        let scheme = text.firstRange(of: "://")
        let query = scheme == nil ? text.endIndex : text.firstIndex(of: "?") ?? text.endIndex
        let end = query == text.endIndex ? "" : "?..."
        let start = scheme?.upperBound ?? text.firstIndex(of: "=").map(text.index(after:)) ?? text.startIndex
        guard start < query, let at = text[start..<query].lastIndex(of: "@"),
            scheme != nil || text[start..<at].contains(":")
        else { return String(text[..<query]) + end }
        return String(text[..<start]) + "..." + String(text[at..<query]) + end
    }
}
