/// Where each chunk of a file that is assembled comes from.
public struct AssemblyPlan: Sendable {
    enum Origin: Sendable, Equatable {
        /// It is in the target, at its place.
        case kept
        /// From a seed, at an offset of it.
        case seed(Int, offset: Int)
        /// It is the same as another chunk of the target.
        case copy(of: Int)
        case remote
    }

    /// One for each chunk of the index.
    var origins: [Origin]

    /// Bytes that are in the target already.
    public private(set) var kept = 0
    /// Bytes that lie elsewhere on this machine, or twice in the file.
    public private(set) var local = 0
    /// Bytes that nobody here has.
    public private(set) var missing = 0
    /// What is fetched: somewhat more than what is missing, where a gap is cheaper than another range.
    public let ranges: [Range<Int>]

    /// Bytes that are fetched.
    public var download: Int { ranges.reduce(0) { $0 + $1.count } }

    /// - Parameter gap: so many bytes between two ranges are fetched with them
    init(_ origins: [Origin], of chunks: [ChunkIndex.Chunk], gap: Int) {
        self.origins = origins
        var ranges: [Range<Int>] = []
        for (chunk, origin) in zip(chunks, origins) {
            switch origin {
            case .kept: kept += chunk.size
            case .seed, .copy: local += chunk.size
            case .remote:
                missing += chunk.size
                if let last = ranges.last, chunk.offset - last.upperBound <= gap {
                    ranges[ranges.count - 1] = last.lowerBound..<chunk.range.upperBound
                } else {
                    ranges.append(chunk.range)
                }
            }
        }
        self.ranges = ranges
    }
}
