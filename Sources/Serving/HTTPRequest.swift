/// A request (RFC 9112), as far as a server of files needs it.
enum HTTPRequest: Equatable {
    /// A range of bytes (RFC 9110, 14.1.2): the only unit there is, and a single range.
    struct Range: Equatable {
        /// The first byte; nil when the last `length` bytes are wanted.
        let first: Int?
        /// The last byte, if there is one; without a first byte, how many of the last bytes.
        let last: Int?

        /// The bytes of a file of this size; nil when the range lies behind its end.
        func bytes(of size: Int) -> Swift.Range<Int>? {
            guard let first else {
                guard let last, last > 0, size > 0 else { return nil }
                return max(0, size - last)..<size
            }
            guard first < size else { return nil }
            return first..<(min(size - 1, last ?? size - 1) + 1)
        }
    }

    /// - path: below the folder, without a slash at its beginning; still to be taken for hostile
    case valid(method: String, path: String, range: Range?)
    /// The status to answer with.
    case invalid(Int)

    /// Reads a head, without the empty line at its end.
    init(_ head: [UInt8]) {
        // By bytes: Swift takes a carriage return and a line feed for one character.
        let lines = head.split(separator: 10, omittingEmptySubsequences: false)
            .map { String(decoding: $0.last == 13 ? $0.dropLast() : $0, as: UTF8.self) }
        let words = lines.first?.split(separator: " ", omittingEmptySubsequences: false).map(String.init) ?? []
        guard words.count == 3, words[2].hasPrefix("HTTP/"), !words[1].isEmpty else {
            self = .invalid(400)
            return
        }
        guard words[2].hasPrefix("HTTP/1.") else {
            self = .invalid(505)
            return
        }
        guard words[0] == "GET" || words[0] == "HEAD" else {
            self = .invalid(405)
            return
        }
        guard let path = Self.path(words[1]) else {
            self = .invalid(400)
            return
        }
        // Only bytes, and only one range; what else is asked for may be ignored (RFC 9110, 14.2).
        let range = lines.dropFirst().lazy.compactMap { Self.value(of: "range", $0) }.first.flatMap(Self.range)
        self = .valid(method: words[0], path: path, range: words[0] == "GET" ? range : nil)
    }

    /// The path of a request target: without host and query, decoded, without slashes at its beginning.
    private static func path(_ target: String) -> String? {
        var rest = Substring(target)
        if let scheme = rest.firstRange(of: "://"), !rest.hasPrefix("/") {
            rest = rest[scheme.upperBound...].drop { $0 != "/" }
        } else if !rest.hasPrefix("/") {
            return nil
        }
        rest = rest.prefix { $0 != "?" && $0 != "#" }
        var bytes: [UInt8] = []
        var source = Array(rest.utf8)[...]
        while let byte = source.popFirst() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: source.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2,
                digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
                let value = UInt8(digits, radix: 16)
            else { return nil }
            bytes.append(value)
            source = source.dropFirst(2)
        }
        guard !bytes.contains(0) else { return nil }
        return String(decoding: bytes.drop { $0 == UInt8(ascii: "/") }, as: UTF8.self)
    }

    private static func value(of name: String, _ line: String) -> String? {
        guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else { return nil }
        var value = line[line.index(after: colon)...]
        while value.first == " " || value.first == "\t" { value.removeFirst() }
        while value.last == " " || value.last == "\t" { value.removeLast() }
        return String(value)
    }

    private static func range(_ text: String) -> Range? {
        guard text.lowercased().hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        func number(_ part: Substring) -> Int? { part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil }
        guard parts.count == 2 else { return nil }
        let (first, last) = (number(parts[0]), number(parts[1]))
        if first == nil, !parts[0].isEmpty || last == nil { return nil }
        if last == nil, !parts[1].isEmpty { return nil }
        if let first, let last, last < first { return nil }
        return Range(first: first, last: last)
    }
}
