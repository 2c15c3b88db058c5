import Host

/// Refuses a text that is larger than `limit` bytes.
func checkSize(_ size: Int, limit: Int, file: String) -> Diagnostic? {
    guard size > limit else { return nil }
    return Diagnostic(
        .error, at: .whole(file), "the file has \(size) bytes, but at most \(limit) are allowed",
        hint: "check that this is the right file")
}

/// Refuses bytes that are not UTF-8 and says where the first of them stands.
func checkUTF8(_ bytes: [UInt8], file: String) -> Diagnostic? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    // The longest valid prefix ends at the first error; only this path, which ends in an error, walks scalar by scalar.
    var decoder = UTF8()
    var input = bytes.makeIterator()
    var offset = 0
    decoding: while true {
        switch decoder.decode(&input) {
        case .scalarValue(let scalar): offset += UTF8.width(scalar)
        case .emptyInput, .error: break decoding
        }
    }
    return Diagnostic(
        .error, at: Position.of(offset: offset, in: bytes, file: file), "this byte is not UTF-8 text",
        hint: "save the file in the UTF-8 encoding")
}

extension Diagnostic {
    /// The same as what a caller throws who stops at the first mistake.
    func failure(_ status: ExitStatus) -> Failure { Failure(status, "\(position): \(message)", hint: hint) }
}
