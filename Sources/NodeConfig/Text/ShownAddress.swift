/// Text that may be an address, for messages.
enum ShownAddress {
    /// The text without what may be a password or a token: `...` for what stands before `@`, and for the query of a URL.
    static func text(_ text: some StringProtocol) -> String {
        let scheme = text.firstRange(of: "://")
        let query = scheme == nil ? text.endIndex : text.firstIndex(of: "?") ?? text.endIndex
        let end = query == text.endIndex ? "" : "?..."
        let start = scheme?.upperBound ?? text.firstIndex(of: "=").map(text.index(after:)) ?? text.startIndex
        guard start < query else { return String(text[..<query]) + end }
        let rest = text[start..<query]
        let host = rest.prefix { $0 != "/" }
        // Behind a slash it is part of a path, unless what stands before that is no host with a port.
        let afterColon = host.lastIndex(of: ":").map { host[$0...].dropFirst() }
        let isHost = afterColon?.allSatisfy(\.isNumber) ?? true
        guard let at = (isHost ? host : rest).lastIndex(of: "@"), scheme != nil || rest[..<at].contains(":") else {
            return String(text[..<query]) + end
        }
        return String(text[..<start]) + "..." + String(rest[at...]) + end
    }
}
