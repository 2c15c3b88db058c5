/// Collects tags and lays them out as an RPM header structure (lib/header.c of RPM; format version 3 of the header image).
struct RPMHeader {
    private struct Entry {
        let type: UInt32
        let count: UInt32
        let alignment: Int
        let data: [UInt8]
    }

    private var entries: [UInt32: Entry] = [:]

    mutating func set(_ tag: UInt32, string: String) {
        entries[tag] = Entry(type: 6, count: 1, alignment: 1, data: Array(string.utf8) + [0])
    }

    /// A text that may have translations; this header has only the untranslated one.
    mutating func set(_ tag: UInt32, translated: String) {
        entries[tag] = Entry(type: 9, count: 1, alignment: 1, data: Array(translated.utf8) + [0])
    }

    mutating func set(_ tag: UInt32, strings: [String]) {
        if strings.isEmpty { return }
        entries[tag] = Entry(
            type: 8, count: UInt32(strings.count), alignment: 1, data: strings.flatMap { Array($0.utf8) + [0] })
    }

    mutating func set(_ tag: UInt32, integers: [UInt32]) {
        if integers.isEmpty { return }
        entries[tag] = Entry(
            type: 4, count: UInt32(integers.count), alignment: 4, data: integers.flatMap(Self.bigEndian))
    }

    mutating func set(_ tag: UInt32, shorts: [UInt16]) {
        if shorts.isEmpty { return }
        entries[tag] = Entry(
            type: 3, count: UInt32(shorts.count), alignment: 2,
            data: shorts.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
    }

    mutating func set(_ tag: UInt32, bytes: [UInt8]) {
        entries[tag] = Entry(type: 7, count: UInt32(bytes.count), alignment: 1, data: bytes)
    }

    /// The header with its magic and with the region tag around all entries.
    ///
    /// - Parameter region: 62 for signatures, 63 for the header proper
    func image(region: UInt32) -> [UInt8] {
        var index: [UInt8] = []
        var store: [UInt8] = []
        for (tag, entry) in entries.sorted(by: { $0.key < $1.key }) {
            while store.count % entry.alignment != 0 { store.append(0) }
            index += Self.bigEndian(tag) + Self.bigEndian(entry.type)
            index += Self.bigEndian(UInt32(store.count)) + Self.bigEndian(entry.count)
            store += entry.data
        }
        let count = UInt32(entries.count + 1)
        let regionEntry =
            Self.bigEndian(region) + Self.bigEndian(7) + Self.bigEndian(UInt32(store.count)) + Self.bigEndian(16)
        // The trailer points back over the whole index, as a negative offset.
        store += Self.bigEndian(region) + Self.bigEndian(7) + Self.bigEndian(0 &- count * 16) + Self.bigEndian(16)
        return [0x8E, 0xAD, 0xE8, 0x01, 0, 0, 0, 0] + Self.bigEndian(count) + Self.bigEndian(UInt32(store.count))
            + regionEntry + index + store
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
