/// Cuts a stream of bytes into lines, in memory that does not grow with the stream.
struct LineBuffer {
    /// Of a longer line only so many bytes are kept.
    static let limit = 64 << 10

    private var partial: [UInt8] = []

    /// Takes the next bytes and passes on the lines that they complete.
    mutating func append(_ bytes: ArraySlice<UInt8>, _ emit: (String) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: 0x0A) {
            keep(rest[..<end])
            finish(emit)
            rest = rest[(end + 1)...]
        }
        keep(rest)
    }

    /// Passes on what is left, when there is something.
    mutating func end(_ emit: (String) -> Void) { if !partial.isEmpty { finish(emit) } }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        partial += bytes.prefix(max(0, Self.limit - partial.count))
    }

    private mutating func finish(_ emit: (String) -> Void) {
        emit(String(decoding: partial, as: UTF8.self))
        partial.removeAll(keepingCapacity: true)
    }
}
