/// The `Content-Range` of an answer: `bytes 0-99/1000` (RFC 9110, 14.4).
struct ContentRange: Equatable {
    /// The bytes that follow.
    let bytes: Range<Int>
    /// The length of the whole file; nil when the server does not know it (`*`).
    let total: Int?

    /// Nil for what cannot be.
    init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        guard rest.prefix(6).lowercased() == "bytes " else { return nil }
        rest = rest.dropFirst(6)
        while rest.first == " " { rest.removeFirst() }
        let halves = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < .max else { return nil }
        if halves[1] == "*" {
            total = nil
        } else {
            guard let total = Self.number(halves[1]), last < total else { return nil }
            self.total = total
        }
        bytes = first..<last + 1
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Int(text) : nil
    }
}
