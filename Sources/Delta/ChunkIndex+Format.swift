import Host

/// casync's format of an index of a blob (`.caibx`): a header with the sizes, and a table with the end of each chunk
/// and its digest. Little-endian throughout.
extension ChunkIndex {
    private static let header: UInt64 = 0x9682_4D9C_7B12_9FF9
    private static let table: UInt64 = 0xE75B_9E11_2F17_417D
    private static let tail: UInt64 = 0x4B4F_050E_5549_ECD1
    /// What casync notes for blobs with SHA-256: flags about files that were left out of an archive mean nothing here.
    private static let flags: UInt64 = 0x9000_0000_0000_0000
    /// Set in indices with SHA-512/256.
    private static let otherDigest: UInt64 = 0x2000_0000_0000_0000
    private static let headerSize = 48
    private static let tableStart = 64
    private static let entrySize = 8 + ChunkDigest.size

    /// The most bytes that an index may have.
    public static let limit = 64 << 20

    /// The canonical text: equal to what `casync make --digest=sha256` writes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.tableStart + (chunks.count + 1) * Self.entrySize)
        func put(_ numbers: UInt64...) {
            for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
        }
        put(UInt64(Self.headerSize), Self.header, Self.flags)
        put(UInt64(sizes.minimum), UInt64(sizes.average), UInt64(sizes.maximum))
        put(.max, Self.table)
        for chunk in chunks {
            put(UInt64(chunk.range.upperBound))
            bytes += chunk.digest.bytes
        }
        // An entry that ends at 0 is none, and so ends the table.
        let tableSize = bytes.count - Self.headerSize + Self.entrySize
        put(0, 0, UInt64(Self.headerSize), UInt64(tableSize), Self.tail)
        return bytes
    }

    /// Reads an index strictly: what is accepted is written again as the same bytes, but for casync's flags.
    ///
    /// - Parameters:
    ///   - name: where it comes from, for messages
    ///   - length: how many bytes the file must have
    /// - Throws: `.signature` when it is not the index of such a file
    public init(_ bytes: [UInt8], named name: String, length: Int) throws {
        func refuse(_ reason: String) -> Failure { Failure(.signature, "the chunk index \(name) \(reason)") }
        guard bytes.count <= Self.limit else { throw refuse("is larger than \(Self.limit) bytes") }
        let entries = bytes.count - Self.tableStart - Self.entrySize
        guard entries >= 0, entries % Self.entrySize == 0 else { throw refuse("is cut off, or is none") }
        let index = try bytes.withUnsafeBytes { bytes throws -> ChunkIndex in
            func number(_ place: Int) -> UInt64 {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            }
            func size(_ place: Int) throws -> Int {
                guard let size = Int(exactly: number(place)) else { throw refuse("names an impossible size") }
                return size
            }
            guard number(0) == UInt64(Self.headerSize), number(8) == Self.header,
                number(48) == .max, number(56) == Self.table
            else { throw refuse("is none: it does not begin like one") }
            guard number(16) & Self.otherDigest == 0 else {
                throw refuse("has digests of another kind than SHA-256 (casync's --digest=sha256)")
            }
            let sizes = try during("the chunk index \(name)") {
                try ChunkSizes(minimum: size(24), average: size(32), maximum: size(40))
            }
            let end = bytes.count - Self.entrySize
            guard number(end) == 0, number(end + 8) == 0, number(end + 16) == UInt64(Self.headerSize),
                number(end + 24) == UInt64(bytes.count - Self.headerSize), number(end + 32) == Self.tail
            else { throw refuse("does not end like one") }
            var index = ChunkIndex(sizes)
            index.reserve(entries / Self.entrySize)
            for place in stride(from: Self.tableStart, to: end, by: Self.entrySize) {
                let (next, last) = (try size(place), index.length)
                guard next > last, next <= length, next - last <= sizes.maximum else {
                    throw refuse("has a chunk from \(last) to \(next), which cannot be")
                }
                // Only the end of the file may leave less than a chunk.
                guard next - last >= sizes.minimum || next == length else {
                    throw refuse("has a chunk of \(next - last) bytes, which is too small")
                }
                let digest = UnsafeRawBufferPointer(rebasing: bytes[place + 8..<place + Self.entrySize])
                index.append(ChunkDigest(stored: digest), size: next - last)
            }
            return index
        }
        guard index.length == length else {
            throw refuse("is for a file of \(index.length) bytes, not of \(length)")
        }
        self = index
    }
}
