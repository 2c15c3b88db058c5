/// Ranges of which bytes arrive in order: what has arrived, and what comes next.
struct RangeQueue {
    private let ranges: [Range<Int>]
    private var current = 0
    /// Where the next byte that is missing lies; past the end when none is.
    private(set) var position: Int
    /// How many bytes have arrived.
    private(set) var arrived = 0

    /// - Parameter ranges: in ascending order, apart, not empty
    init(_ ranges: [Range<Int>]) {
        self.ranges = ranges
        position = ranges.first?.lowerBound ?? .max
    }

    /// Whether everything has arrived.
    var isEmpty: Bool { current == ranges.count }

    /// The ranges that come next, without what has arrived of the first.
    func next(_ count: Int) -> [Range<Int>] {
        var next = Array(ranges[current...].prefix(count))
        if let first = next.first { next[0] = position..<first.upperBound }
        return next
    }

    /// Hands on what is missing of some bytes.
    ///
    /// - Returns: false when they lie behind the next missing byte, so that something was left out
    mutating func accept(
        _ offset: Int, _ bytes: UnsafeRawBufferPointer, deliver: (Int, UnsafeRawBufferPointer) throws -> Void
    ) rethrows -> Bool {
        let end = offset + bytes.count
        while current < ranges.count, end > position {
            if offset > position { return false }
            let stop = min(end, ranges[current].upperBound)
            try deliver(position, UnsafeRawBufferPointer(rebasing: bytes[position - offset..<stop - offset]))
            arrived += stop - position
            position = stop
            if stop == ranges[current].upperBound {
                current += 1
                position = current < ranges.count ? ranges[current].lowerBound : .max
                // What lies between two ranges is sent along by some servers, and by those that send the whole file.
            }
        }
        return true
    }
}
