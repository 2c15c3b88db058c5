import Host

/// How large the chunks of a file are, and the number by which their boundaries are chosen.
///
/// An index says with which sizes it was made; whoever looks for its chunks elsewhere cuts with the same.
public struct ChunkSizes: Sendable, Hashable {
    /// No chunk but the last is smaller, in bytes.
    public let minimum: Int
    /// What chunks have on average, in bytes.
    public let average: Int
    /// No chunk is larger, in bytes.
    public let maximum: Int

    /// What an index may ask of a node: a chunk is held in memory as a whole.
    public static let largest = 1 << 20

    /// Chosen by measurement (ARCHITECTURE.md, "How an upgrade downloads little").
    public static let standard = ChunkSizes(unchecked: 1 << 14)

    /// Sizes that an index names.
    ///
    /// - Throws: `.signature` when they contradict each other or are beyond what is accepted
    public init(minimum: Int, average: Int, maximum: Int) throws {
        guard minimum >= Buzhash.window, minimum < average, average < maximum, maximum <= Self.largest else {
            throw Failure(
                .signature, "chunks of \(minimum), \(average) and \(maximum) bytes are not possible",
                hint: "\(Buzhash.window) bytes at least, \(Self.largest) at most, and the average between the two")
        }
        self.minimum = minimum
        self.average = average
        self.maximum = maximum
    }

    /// A quarter of the average at least, four times the average at most: the shape that the divisor was fitted to.
    ///
    /// - Throws: `.signature` when they are beyond what is accepted
    public init(average: Int) throws {
        try self.init(
            minimum: average / 4, average: average, maximum: average.multipliedReportingOverflow(by: 4).partialValue)
    }

    private init(unchecked average: Int) {
        minimum = average / 4
        self.average = average
        maximum = average * 4
    }

    /// A chunk ends where the hash leaves a remainder of this minus one.
    ///
    /// casync's formula: chunks come out larger than the divisor, because none ends before the minimum.
    var divisor: UInt32 {
        let fitted = Double(average) / (-1.42888852e-7 * Double(average) + 1.33237515)
        return UInt32(min(max(fitted, Double(minimum)), Double(maximum)))
    }
}
