import Host
public import Transfer

/// Files below an address of a web server.
public final class WebSource: MetadataSource, TargetSource {
    private let base: String
    private let fetcher: WebFetcher

    /// - Parameter base: `https://example.org/updates/metadata`
    /// - Throws: `.invalidInput` when it is no such address
    public init(_ base: String, fetcher: WebFetcher) throws {
        guard base.hasPrefix("https://") || base.hasPrefix("http://") else {
            throw Failure(
                .invalidInput, "\"\(redacted(base))\" is not the address of a web server",
                hint: "it begins with https:// or http://")
        }
        self.base = base.hasSuffix("/") ? base : base + "/"
        self.fetcher = fetcher
    }

    /// The address of a target.
    ///
    /// - Parameter path: as `UpdateClient.remotePath` gives it
    public func address(of path: String) -> String { base + PercentEncoding.path(path) }

    /// A file of metadata.
    public func metadata(_ name: String, limit: Int) throws -> [UInt8]? {
        try fetcher.bytes(base + name, limit: limit)
    }

    /// A target.
    public func target(
        _ path: String, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        try fetcher.stream(base + PercentEncoding.path(path), limit: limit, accept: accept)
    }
}
