import Host

/// The chunks of a file, in order.
public struct ChunkIndex: Sendable, Equatable {
    /// One chunk.
    public struct Chunk: Sendable, Equatable {
        /// Where it begins in the file, in bytes.
        public let offset: Int
        /// How many bytes it has; never 0.
        public let size: Int
        /// What they hash to.
        public let digest: ChunkDigest

        /// Where it lies in the file.
        public var range: Range<Int> { offset..<offset + size }
    }

    /// How it was cut.
    public let sizes: ChunkSizes
    /// All chunks; they lie one behind the other, from the file's first byte to its last.
    public private(set) var chunks: [Chunk] = []

    /// The length of the file in bytes.
    public var length: Int { chunks.last?.range.upperBound ?? 0 }

    /// An index without a chunk.
    init(_ sizes: ChunkSizes) { self.sizes = sizes }

    /// Makes room for so many chunks.
    mutating func reserve(_ count: Int) { chunks.reserveCapacity(count) }

    /// Adds the chunk that comes next.
    ///
    /// - Parameter size: 1...`sizes.maximum`
    mutating func append(_ digest: ChunkDigest, size: Int) {
        chunks.append(Chunk(offset: length, size: size, digest: digest))
    }

    /// Cuts a file, or a block device, from an offset on.
    ///
    /// - Throws: `.device` when it cannot be read, or ends before `file.length`
    public init(of file: FileRegion, sizes: ChunkSizes = .standard) throws {
        self.init(sizes)
        try ChunkReader(file, sizes: sizes).forEach { _, bytes in
            append(ChunkDigest(of: bytes), size: bytes.count)
            return true
        }
    }
}
