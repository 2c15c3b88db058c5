/// A file of which parts can be read: on a web server, on a stick, on an ISO.
public protocol RangeSource: Sendable {
    /// Where it is, in messages: without credentials.
    var name: String { get }

    /// What was noticed that may explain wrong bytes, in words that follow a name: "was replaced while it was read".
    var remark: String? { get }

    /// Reads parts of the file.
    ///
    /// - Parameters:
    ///   - ranges: offsets in the file, in ascending order; none is empty, and none overlaps another
    ///   - isCancelled: asked about once a second; true ends the reading
    ///   - deliver: gets every byte of every range once, in order: where the bytes begin in the file, and the bytes
    /// - Returns: false when the reading was cancelled
    /// - Throws: what `deliver` throws, and failures of the network or the device
    func read(
        _ ranges: [Range<Int>], isCancelled: @escaping () -> Bool,
        deliver: @escaping (_ offset: Int, _ bytes: UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool
}
