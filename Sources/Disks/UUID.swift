/// The 128-bit identifier of a disk, a partition or a file system (RFC 9562), in the order in which it is written.
public struct UUID: Hashable, Sendable, CustomStringConvertible {
    /// Its 16 bytes, as in the text; GPT stores the first three fields with their bytes turned round, which libfdisk does.
    public let bytes: [UInt8]

    /// An identifier whose bits come from a digest or from chance, with version and variant set.
    ///
    /// - Parameters:
    ///   - digest: at least 16 bytes, of which the first 16 are used
    ///   - version: 4 for chance, 8 for anything else (RFC 9562, 5.8)
    public init(digest: some Collection<UInt8>, version: UInt8 = 8) {
        precondition(digest.count >= 16)
        var bytes = Array(digest.prefix(16))
        bytes[6] = bytes[6] & 0x0F | version << 4
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    /// Reads `c12a7328-f81f-11d2-ba4b-00a0c93ec93b`, in capitals, too; nil for anything else.
    public init?(_ text: String) {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12] else { return nil }
        let digits = groups.joined().compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32 else { return nil }
        bytes = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// A new one from the kernel's random numbers.
    public static func random() -> UUID {
        var generator = SystemRandomNumberGenerator()
        return UUID(digest: (0..<16).map { _ in generator.next() as UInt8 }, version: 4)
    }

    /// Small letters, as udev and the kernel write them.
    public var description: String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [digits[0..<4], digits[4..<6], digits[6..<8], digits[8..<10], digits[10..<16]].map { $0.joined() }
            .joined(separator: "-")
    }
}
