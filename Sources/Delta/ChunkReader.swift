import Host

/// Reads a region from its beginning to its end and cuts it into chunks; holds a mebibyte and one chunk of it in
/// memory.
struct ChunkReader {
    private let region: FileRegion
    private let chunker: Chunker

    init(_ region: FileRegion, sizes: ChunkSizes) {
        self.region = region
        chunker = Chunker(sizes)
    }

    /// Hands over one chunk after the other.
    ///
    /// - Parameter body: gets the offset in the region and the bytes; false ends the reading
    func forEach(_ body: (_ offset: Int, _ bytes: UnsafeRawBufferPointer) throws -> Bool) throws {
        let capacity = (1 << 20) + chunker.sizes.maximum
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 4096)
        defer { buffer.deallocate() }
        // Bytes `used..<filled` of the buffer are those of the region from `offset` on.
        var used = 0
        var filled = 0
        var offset = 0
        while offset < region.length {
            if filled - used < chunker.sizes.maximum, offset + filled - used < region.length {
                let left = filled - used
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[used..<filled]))
                let count = try region.read(
                    at: offset + left, into: UnsafeMutableRawBufferPointer(rebasing: buffer[left..<capacity]))
                guard count == min(capacity - left, region.length - offset - left) else {
                    throw Failure(.device, "\"\(region.name)\" has become shorter while it was read")
                }
                used = 0
                filled = left + count
            }
            let length = chunker.length(UnsafeRawBufferPointer(rebasing: buffer[used..<filled]))
            guard try body(offset, UnsafeRawBufferPointer(rebasing: buffer[used..<used + length])) else { return }
            used += length
            offset += length
        }
    }
}
