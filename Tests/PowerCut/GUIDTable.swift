import Disks

/// One of the two copies of a partition table, read as firmware does (UEFI specification 2.10, 5.3): a reader of its own, so
/// that libfdisk's leniency hides nothing.
struct GUIDTable: Equatable {
    /// What a partition's entry says.
    struct Entry: Equatable {
        let identifier: String
        let name: String
        let range: Range<Int>
    }

    let disk: String
    let entries: [Entry]

    /// The partition of a role.
    subscript(role: PartitionRole) -> Entry? { entries.first { $0.name == role.name } }

    /// Reads a copy; nil when its checksums or its place do not fit.
    ///
    /// - Parameters:
    ///   - sector: where its header lies: 1, or the last one
    ///   - read: gives bytes of the disk
    init?(sector: Int, read: (Range<Int>) -> [UInt8]) {
        let header = read(sector * 512..<sector * 512 + 512)
        func number(_ bytes: [UInt8], _ place: Int, _ width: Int) -> Int {
            (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        guard header.starts(with: Array("EFI PART".utf8)), number(header, 12, 4) == 92,
            number(header, 24, 8) == sector
        else { return nil }
        var plain = Array(header[..<92])
        plain.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        let (place, count, size) = (number(header, 72, 8), number(header, 80, 4), number(header, 84, 4))
        guard Self.checksum(plain) == number(header, 16, 4), size == 128, (1...128).contains(count) else { return nil }
        let bytes = read(place * 512..<place * 512 + count * size)
        guard Self.checksum(bytes) == number(header, 88, 4) else { return nil }
        disk = Self.identifier(header[56..<72])
        entries = (0..<count).compactMap { index in
            let entry = Array(bytes[index * size..<(index + 1) * size])
            guard entry[..<16].contains(where: { $0 != 0 }) else { return nil }
            let units = stride(from: 56, to: 128, by: 2).map { UInt16(entry[$0]) | UInt16(entry[$0 + 1]) << 8 }
            return Entry(
                identifier: Self.identifier(entry[16..<32]),
                name: String(decoding: units.prefix { $0 != 0 }, as: UTF16.self),
                range: number(entry, 32, 8) * 512..<(number(entry, 40, 8) + 1) * 512)
        }
    }

    /// The first three fields lie there with their bytes turned round.
    private static func identifier(_ bytes: ArraySlice<UInt8>) -> String {
        let bytes = Array(bytes)
        return UUID(
            digest: [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map { bytes[$0] }, version: bytes[7] >> 4
        )
        .description
    }

    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// CRC-32 as in IEEE 802.3.
    private static func checksum(_ bytes: [UInt8]) -> Int {
        Int(~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] })
    }
}
