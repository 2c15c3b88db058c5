/// Reads a body of `multipart/byteranges` as it arrives (RFC 9110, 14.6; RFC 2046, 5.1): the fields say how long each
/// part is, so that nothing of it is searched for a boundary, and nothing but a line is ever held.
struct MultipartReader {
    /// Why a body is none of this kind.
    struct Malformed: Error { let reason: String }

    private enum State {
        /// Lines before a boundary.
        case between
        /// Lines with the fields of a part.
        case fields(ContentRange?)
        /// Bytes of a part, from an offset of the file on.
        case part(offset: Int, end: Int)
        /// Behind the last boundary.
        case done
    }

    /// More bytes of anything that is no content are refused, from one part to the next.
    private static let limit = 4096

    private let boundary: [UInt8]
    private var state = State.between
    private var line: [UInt8] = []
    private var overhead = 0

    /// Whether the last boundary has been read.
    var isComplete: Bool { if case .done = state { true } else { false } }

    /// Nil when a `Content-Type` is not that of several ranges.
    init?(contentType: String) {
        let parameters = contentType.split(separator: ";")
        guard let type = parameters.first, type.trimmed.lowercased() == "multipart/byteranges" else { return nil }
        for parameter in parameters.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, pair[0].trimmed.lowercased() == "boundary" else { continue }
            var value = pair[1].trimmed
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            guard !value.isEmpty, value.utf8.count <= 200 else { return nil }
            boundary = Array("--\(value)".utf8)
            return
        }
        return nil
    }

    /// Takes what has arrived.
    ///
    /// - Parameters:
    ///   - begins: hears of each part before its bytes come
    ///   - deliver: gets the bytes of parts, with their offset in the file
    /// - Throws: `Malformed` for what is no such body, and what the closures throw
    mutating func add(
        _ bytes: UnsafeRawBufferPointer, begins: (ContentRange) throws -> Void,
        deliver: (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            if case .part(let offset, let end) = state {
                let piece = rest.prefix(end - offset)
                rest = rest.dropFirst(piece.count)
                state = offset + piece.count == end ? .between : .part(offset: offset + piece.count, end: end)
                try deliver(offset, UnsafeRawBufferPointer(rebasing: piece))
                continue
            }
            let piece = rest.firstIndex(of: 0x0A).map { rest[...$0] } ?? rest
            rest = rest.dropFirst(piece.count)
            overhead += piece.count
            guard overhead <= Self.limit else {
                throw Malformed(reason: "more than \(Self.limit) bytes between two parts")
            }
            line += piece
            if line.last == 0x0A { try takeLine(begins) }
        }
    }

    private mutating func takeLine(_ begins: (ContentRange) throws -> Void) throws {
        while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
        defer { line = [] }
        switch state {
        case .between:
            if line == boundary { state = .fields(nil) }
            if line == boundary + Array("--".utf8) { state = .done }
        case .fields(let range):
            if line.isEmpty {
                guard let range else { throw Malformed(reason: "a part without its range") }
                overhead = 0
                try begins(range)
                state = .part(offset: range.bytes.lowerBound, end: range.bytes.upperBound)
                return
            }
            guard let (name, value) = ResponseHead.field(String(decoding: line, as: UTF8.self)),
                name == "content-range"
            else { return }
            guard range == nil, let new = ContentRange(value) else {
                throw Malformed(reason: "a part with a range that cannot be read")
            }
            state = .fields(new)
        case .part, .done: return
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: SubSequence {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
