/// Cuts bytes into chunks where their content says so, so that what is inserted or removed changes the chunks around it
/// and no others.
///
/// The boundaries are those of casync and desync for the same sizes, for ever: a rolling hash (buzhash) over 48 bytes,
/// and a cut behind the byte where it leaves a certain remainder.
public struct Chunker: Sendable {
    /// With which sizes it cuts.
    public let sizes: ChunkSizes
    private let tables = Buzhash.tables
    private let divisor: UInt32
    /// 2^64 / divisor, rounded up: `n * reciprocal`, wrapped, is less than the reciprocal exactly when n is a multiple
    /// (Lemire, Kaser, Kurz: Faster remainder by direct computation). A division would take most of the time.
    private let reciprocal: UInt64

    /// A chunker for these sizes.
    public init(_ sizes: ChunkSizes) {
        self.sizes = sizes
        divisor = sizes.divisor
        reciprocal = UInt64.max / UInt64(divisor) + 1
    }

    /// The length of the chunk that begins with the first of `bytes`.
    ///
    /// - Parameter bytes: `sizes.maximum` of them, or all that are left of the file
    public func length(_ bytes: UnsafeRawBufferPointer) -> Int {
        let end = min(bytes.count, sizes.maximum)
        guard end > sizes.minimum, let base = bytes.baseAddress else { return end }
        let entering = tables.entering
        let leaving = tables.leaving
        var hash: UInt32 = 0
        // Only the window counts: nothing before it needs a look.
        var position = sizes.minimum - Buzhash.window
        while position < sizes.minimum {
            hash = hash &<< 1 | hash &>> 31
            hash ^= entering[Int(base.load(fromByteOffset: position, as: UInt8.self))]
            position &+= 1
        }
        while true {
            // For 2^32 the sum wraps to 0, a multiple of anything; the division that is left for hits knows better.
            if UInt64(hash &+ 1) &* reciprocal < reciprocal, hash % divisor == divisor &- 1 { return position }
            if position == end { return end }
            hash = hash &<< 1 | hash &>> 31
            hash ^= leaving[Int(base.load(fromByteOffset: position &- Buzhash.window, as: UInt8.self))]
            hash ^= entering[Int(base.load(fromByteOffset: position, as: UInt8.self))]
            position &+= 1
        }
    }
}
