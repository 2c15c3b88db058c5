/// A recursive-descent reader over bytes that are known to be UTF-8.
struct JSONReader {
    /// The first mistake of a text, at which reading ends.
    struct Mistake: Error {
        let diagnostic: Diagnostic
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String
    private var index = 0
    private var line = 1
    /// Where the current line starts.
    private var lineStart = 0
    /// UTF-8 continuation bytes since the start of the line: columns count characters.
    private var continuations = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
        self.bytes = bytes
        self.file = file
    }

    mutating func document() throws -> Node {
        let node = try value(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw failure("expected the end of the text after the value") }
        return node
    }

    private var position: Position {
        Position(file: file, line: line, column: index - lineStart - continuations + 1)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func failure(_ message: String, at place: Position? = nil) -> Mistake {
        Mistake(diagnostic: Diagnostic(.error, at: place ?? position, message))
    }

    private func unexpected(_ expected: String) -> Mistake {
        guard let next else { return failure("expected \(expected), but the text ends here") }
        let found = next >= 0x20 && next < 0x7F ? "\"\(Character(UnicodeScalar(next)))\"" : "another character"
        return failure("expected \(expected), but found \(found)")
    }

    private mutating func skipSpace() {
        while let next {
            switch next {
            case 0x0A:
                index += 1
                line += 1
                lineStart = index
                continuations = 0
            case 0x20, 0x09, 0x0D:
                index += 1
            default:
                return
            }
        }
    }

    private mutating func value(depth: Int) throws -> Node {
        skipSpace()
        let start = position
        switch next {
        case 0x7B: return Node(.mapping(try members(depth: depth + 1)), at: start)
        case 0x5B: return Node(.sequence(try elements(depth: depth + 1)), at: start)
        case 0x22: return Node(.string(try string()), at: start)
        case 0x74:
            try word("true")
            return Node(.bool(true), at: start, text: "true")
        case 0x66:
            try word("false")
            return Node(.bool(false), at: start, text: "false")
        case 0x6E:
            try word("null")
            return Node(.null, at: start, text: "null")
        case .some(0x2D), .some(0x30...0x39): return try number(at: start)
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ word: StaticString) throws {
        let count = word.utf8CodeUnitCount
        for offset in 0..<count {
            guard index + offset < bytes.count, bytes[index + offset] == word.utf8Start[offset] else {
                throw failure("expected \"\(word)\"")
            }
        }
        index += count
    }

    private func checkDepth(_ depth: Int) throws {
        if depth > JSON.depthLimit { throw failure("lists and mappings nest deeper than \(JSON.depthLimit) levels") }
    }

    private mutating func elements(depth: Int) throws -> [Node] {
        try checkDepth(depth)
        index += 1
        var nodes: [Node] = []
        skipSpace()
        if next == 0x5D {
            index += 1
            return nodes
        }
        while true {
            nodes.append(try value(depth: depth))
            skipSpace()
            switch next {
            case 0x2C: index += 1
            case 0x5D:
                index += 1
                return nodes
            default: throw unexpected("\",\" or \"]\"")
            }
        }
    }

    private mutating func members(depth: Int) throws -> [Node.Entry] {
        try checkDepth(depth)
        index += 1
        var entries: [Node.Entry] = []
        var keys: Set<String> = []
        skipSpace()
        if next == 0x7D {
            index += 1
            return entries
        }
        while true {
            skipSpace()
            let start = position
            guard next == 0x22 else { throw unexpected("a key in double quotes") }
            let key = try string()
            guard keys.insert(key).inserted else { throw failure("the key \"\(key)\" is given twice", at: start) }
            skipSpace()
            guard next == 0x3A else { throw unexpected("\":\"") }
            index += 1
            entries.append(Node.Entry(key: key, position: start, value: try value(depth: depth)))
            skipSpace()
            switch next {
            case 0x2C: index += 1
            case 0x7D:
                index += 1
                return entries
            default: throw unexpected("\",\" or \"}\"")
            }
        }
    }

    private mutating func string() throws -> String {
        let opening = position
        index += 1
        var start = index
        var pieces = ""
        while let byte = next {
            switch byte {
            case 0x22:
                let last = String(decoding: bytes[start..<index], as: UTF8.self)
                index += 1
                return pieces.isEmpty ? last : pieces + last
            case 0x5C:
                pieces += String(decoding: bytes[start..<index], as: UTF8.self)
                pieces.unicodeScalars.append(try escape())
                start = index
            case 0..<0x20:
                throw failure("a control character inside of text must be written as an escape")
            default:
                if byte & 0xC0 == 0x80 { continuations += 1 }
                index += 1
            }
        }
        throw failure("this text has no closing quote", at: opening)
    }

    private mutating func escape() throws -> UnicodeScalar {
        let start = position
        index += 1
        guard let letter = next else { throw unexpected("an escape") }
        index += 1
        switch letter {
        case 0x22: return "\""
        case 0x5C: return "\\"
        case 0x2F: return "/"
        case 0x62: return "\u{8}"
        case 0x66: return "\u{C}"
        case 0x6E: return "\n"
        case 0x72: return "\r"
        case 0x74: return "\t"
        case 0x75: return try surrogates(at: start)
        default: throw failure("this is no JSON escape", at: start)
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that form a surrogate pair.
    private mutating func surrogates(at start: Position) throws -> UnicodeScalar {
        let first = try hexadecimal()
        if let scalar = UnicodeScalar(first) { return scalar }
        guard first < 0xDC00, next == 0x5C, index + 1 < bytes.count, bytes[index + 1] == 0x75 else {
            throw failure("this half of a surrogate pair stands alone", at: start)
        }
        index += 2
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = UnicodeScalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
        else { throw failure("this half of a surrogate pair stands alone", at: start) }
        return scalar
    }

    private mutating func hexadecimal() throws -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(UnicodeScalar($0)).hexDigitValue }) else {
                throw unexpected("four hexadecimal digits")
            }
            value = value << 4 | UInt16(digit)
            index += 1
        }
        return value
    }

    private mutating func digits() -> Int {
        let start = index
        while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
        return index - start
    }

    private mutating func number(at start: Position) throws -> Node {
        let first = index
        if next == 0x2D { index += 1 }
        let leadingZero = next == 0x30
        let whole = digits()
        guard whole > 0 else { throw unexpected("a digit") }
        if leadingZero, whole > 1 { throw failure("a number cannot start with 0", at: start) }
        var isWhole = true
        if next == 0x2E {
            isWhole = false
            index += 1
            guard digits() > 0 else { throw unexpected("a digit after the point") }
        }
        if next == 0x65 || next == 0x45 {
            isWhole = false
            index += 1
            if next == 0x2B || next == 0x2D { index += 1 }
            guard digits() > 0 else { throw unexpected("a digit in the exponent") }
        }
        let text = String(decoding: bytes[first..<index], as: UTF8.self)
        if isWhole {
            guard let integer = Int(text) else {
                throw failure("the number \(text) does not fit into 64 bits", at: start)
            }
            return Node(.integer(integer), at: start, text: text)
        }
        guard let number = Double(text), number.isFinite else {
            throw failure("the number \(text) is out of range", at: start)
        }
        return Node(.number(number), at: start, text: text)
    }
}
