import Host

/// Status and header of an answer, line by line as they arrive; only what matters for ranges is kept.
struct ResponseHead {
    private static let wanted: Set<String> = [
        "content-range", "content-type", "content-encoding", "content-length", "etag", "last-modified",
    ]
    /// More bytes than any honest server sends, redirects included.
    private static let limit = 1 << 16

    /// The fields by their names in lower case.
    private(set) var fields: [String: String] = [:]
    private var size = 0

    /// Adds a line with its end.
    ///
    /// - Throws: `.network` when there is no end to them
    mutating func add(_ line: UnsafeRawBufferPointer) throws {
        size += line.count
        guard size <= Self.limit else {
            throw Failure(.network, "the server sends a header of more than \(Self.limit) bytes")
        }
        let text = String(decoding: line, as: UTF8.self)
        // Another answer begins: that after a redirect, or after "100 Continue".
        if text.hasPrefix("HTTP/") { fields = [:] }
        guard let (name, value) = Self.field(text), Self.wanted.contains(name) else { return }
        guard fields.updateValue(value, forKey: name) == nil else {
            throw Failure(.network, "the server sends the header field \(name) twice")
        }
    }

    /// The number of bytes of the body, when the server says it.
    var length: Int? { fields["content-length"].flatMap { Int($0) } }

    /// What tells this content of the file from another; nil when the server does not say.
    var validator: String? { fields["etag"] ?? fields["last-modified"] }

    /// `Name: value` with the name in lower case; nil for another line.
    static func field(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        var value = line[line.index(after: colon)...]
        while value.first?.isWhitespace == true { value.removeFirst() }
        while value.last?.isWhitespace == true { value.removeLast() }
        return (line[..<colon].lowercased(), String(value))
    }
}
