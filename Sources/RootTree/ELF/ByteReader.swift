import Host

/// Little-endian numbers and texts out of bytes that may lie about themselves: every access is checked.
struct ByteReader {
    let bytes: [UInt8]
    let name: String

    func slice(_ offset: Int, _ count: Int) throws -> ArraySlice<UInt8> {
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard offset >= 0, count >= 0, !overflow, end <= bytes.count else {
            throw Failure(.invalidInput, "\"\(name)\" is damaged: it refers to byte \(offset) of \(bytes.count)")
        }
        return bytes[offset..<end]
    }

    func unsigned(_ offset: Int, width: Int) throws -> UInt64 {
        try slice(offset, width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func half(_ offset: Int) throws -> Int { Int(try unsigned(offset, width: 2)) }
    func word(_ offset: Int) throws -> Int { Int(try unsigned(offset, width: 4)) }

    /// A 64-bit number that must be usable as a position or a size.
    func long(_ offset: Int) throws -> Int {
        guard let value = Int(exactly: try unsigned(offset, width: 8)) else {
            throw Failure(.invalidInput, "\"\(name)\" is damaged: a number at byte \(offset) is out of range")
        }
        return value
    }

    /// The text up to the next NUL within `limit` bytes.
    func text(_ offset: Int, limit: Int = 4096) throws -> String {
        let rest = try slice(offset, min(limit, max(0, bytes.count - offset)))
        guard let end = rest.firstIndex(of: 0) else {
            throw Failure(.invalidInput, "\"\(name)\" is damaged: the text at byte \(offset) has no end")
        }
        return String(decoding: rest[..<end], as: UTF8.self)
    }
}
