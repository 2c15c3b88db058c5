import Host

/// One file to fetch.
public struct Download: Sendable {
    /// The same file on several mirrors, best first; `http:`, `https:` or `file:`.
    public var urls: [String]
    /// Where the finished file stands; its folder is made when missing.
    public var destination: String
    /// What the content must hash to; nil only where something else vouches for it (a signature).
    public var checksum: Checksum?
    /// The size in bytes when it is known; also the limit.
    public var size: Int?
    /// The most bytes that are accepted when the size is unknown.
    public var limit: Int

    /// A file to fetch.
    public init(
        urls: [String], destination: String, checksum: Checksum? = nil, size: Int? = nil, limit: Int = 2 << 30
    ) {
        self.urls = urls
        self.destination = destination
        self.checksum = checksum
        self.size = size
        self.limit = limit
    }

    /// The unfinished file beside the destination, kept for resuming.
    var partial: String { destination + ".part" }
}

/// A URL as it may be shown: without user name, password and query.
public func redacted(_ url: String) -> String {
    var text = Substring(url)
    if let query = text.firstIndex(where: { $0 == "?" || $0 == "#" }) { text = text[..<query] }
    guard let scheme = text.firstRange(of: "://") else { return String(text) }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@") else { return String(text) }
    return String(text[..<scheme.upperBound] + rest[rest.index(after: at)...])
}
