import Host

/// Takes the bytes of ranges as they arrive, and writes each chunk once it is complete and right.
final class ChunkCollector {
    /// A chunk whose bytes are not those that its digest stands for.
    struct WrongChunk: Error {
        /// Where it begins in the file.
        let offset: Int
    }

    private let chunks: [ChunkIndex.Chunk]
    private let origins: [AssemblyPlan.Origin]
    private let target: AssemblyTarget
    private let buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var next = 0

    init(_ index: ChunkIndex, _ origins: [AssemblyPlan.Origin], _ target: AssemblyTarget) {
        chunks = index.chunks
        self.origins = origins
        self.target = target
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: index.sizes.maximum, alignment: 4096)
    }

    deinit { buffer.deallocate() }

    /// Takes bytes that follow the last ones, or that begin with another chunk.
    ///
    /// - Throws: `WrongChunk`, and `.device` when the target cannot be written
    func add(_ offset: Int, _ bytes: UnsafeRawBufferPointer) throws {
        var offset = offset
        var rest = bytes[...]
        while !rest.isEmpty {
            if filled == 0 {
                while next < chunks.count, chunks[next].range.upperBound <= offset { next += 1 }
            }
            guard next < chunks.count, chunks[next].offset + filled == offset else {
                throw Failure(.internalError, "bytes from \(offset) on follow no chunk")
            }
            let chunk = chunks[next]
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(chunk.size - filled))
            if piece.count == chunk.size {
                try write(chunk, piece)
            } else {
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: piece)
                filled += piece.count
                if filled == chunk.size { try write(chunk, UnsafeRawBufferPointer(rebasing: buffer[..<filled])) }
            }
            rest = rest.dropFirst(piece.count)
            offset += piece.count
        }
    }

    private func write(_ chunk: ChunkIndex.Chunk, _ bytes: UnsafeRawBufferPointer) throws {
        // What lies in a gap between two ranges is there already, or comes from elsewhere.
        if origins[next] == .remote {
            guard ChunkDigest(of: bytes) == chunk.digest else { throw WrongChunk(offset: chunk.offset) }
            try target.write(bytes, at: chunk.offset)
        }
        filled = 0
        next += 1
    }
}
