import Host

/// A stretch of bytes in a file: a file inside an image that lies in one piece, a partition, or a whole file.
struct Region: Sendable, Equatable {
    /// How messages name it: `/boot/vmlinuz`, `root-a`.
    let name: String
    /// The file on this machine.
    let file: String
    /// The first byte.
    let offset: Int
    /// Size in bytes.
    let size: Int

    /// A stretch that lies within its file.
    ///
    /// - Throws: `.invalidInput` when the file ends before it does
    init(_ name: String, in file: String, offset: Int = 0, size: Int? = nil) throws {
        let length = try File.size(file)
        let size = size ?? length - offset
        guard offset >= 0, size >= 0, offset <= length, size <= length - offset else {
            throw Failure(
                .invalidInput,
                "\"\(name)\" should end at byte \(offset.addingReportingOverflow(size).partialValue), but \"\(Path.name(file))\" has only \(length)",
                hint: "the artefact is cut off; copy or download it again")
        }
        self.name = name
        self.file = file
        self.offset = offset
        self.size = size
    }

    /// Up to `count` bytes from `start`; fewer at the end.
    func read(_ count: Int, at start: Int = 0) throws -> [UInt8] {
        guard start >= 0, start < size else { return [] }
        return try File.read(file, at: offset + start, count: min(count, size - start))
    }

    /// All of it.
    ///
    /// - Parameter limit: more bytes are refused
    func content(limit: Int) throws -> [UInt8] {
        guard size <= limit else {
            throw Failure(.invalidInput, "\"\(name)\" has \(size) bytes, more than the \(limit) that are read here")
        }
        return try read(size)
    }
}

/// Numbers in little-endian byte order.
extension Collection<UInt8> where Index == Int {
    /// The unsigned number of `count` bytes at `offset` from the start; nil when it lies outside or beyond `Int`.
    func number(at offset: Int, bytes count: Int) -> Int? {
        guard offset >= 0, count <= 8, offset <= self.count - count else { return nil }
        var value: UInt64 = 0
        for index in (0..<count).reversed() { value = value << 8 | UInt64(self[startIndex + offset + index]) }
        return Int(exactly: value)
    }
}
