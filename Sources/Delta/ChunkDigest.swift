import Transfer

/// What a chunk is known by: the SHA-256 of its bytes, in four words instead of an array, because there are many.
public struct ChunkDigest: Sendable, Hashable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Bytes of a digest.
    static let size = 32

    /// The digest of bytes in memory.
    public init(of bytes: UnsafeRawBufferPointer) {
        let checksum = Checksum.of(bytes)
        self = checksum.bytes.withUnsafeBytes { ChunkDigest(stored: $0) }
    }

    /// Reads `size` bytes; there must be as many.
    init(stored bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
        words = (word(0), word(1), word(2), word(3))
    }

    /// The bytes as SHA-256 gives them.
    var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// Lower-case hexadecimal digits.
    public var hex: String { Checksum(.sha256, bytes: bytes)?.hex ?? "" }

    /// Whether two chunks have the same bytes.
    public static func == (left: ChunkDigest, right: ChunkDigest) -> Bool { left.words == right.words }

    /// One word is as good as all: they are evenly distributed.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
