/// Names of FAT: 11 characters, and before them a long one in entries of 13 characters each where that is not enough.
enum FATName {
    /// The long name's entries, if it needs any, then the short name for the entry itself.
    ///
    /// - Parameter taken: short names of the folder, to which the new one is added
    static func entries(_ name: String, taken: inout Set<[UInt8]>) -> (long: [[UInt8]], short: [UInt8]) {
        if let plain = plain(name), taken.insert(plain).inserted { return ([], plain) }
        let stem = name.split(separator: ".", omittingEmptySubsequences: true)
        let ending = stem.count > 1 ? stem.last ?? "" : ""
        let base = Array(allowed(String(name.dropLast(ending.isEmpty ? 0 : ending.count + 1))).prefix(5))
        var number = 0
        var short: [UInt8]
        repeat {
            number += 1
            let tail = Array("~\(number)".utf8)
            short =
                padded(Array(base.prefix(8 - tail.count)) + tail, 8)
                + padded(Array(allowed(String(ending)).prefix(3)), 3)
        } while !taken.insert(short).inserted
        return (long(name, checksum: checksum(short)), short)
    }

    /// The 11 bytes of a name that needs no long one: capitals, digits and a few signs, at most 8 and 3 of them.
    private static func plain(_ name: String) -> [UInt8]? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = parts.first, (1...8).contains(base.utf8.count),
            parts.count == 1 || (1...3).contains(parts[1].utf8.count),
            parts.allSatisfy({ allowed(String($0)) == Array($0.utf8) })
        else { return nil }
        return padded(Array(base.utf8), 8) + padded(parts.count == 2 ? Array(parts[1].utf8) : [], 3)
    }

    private static func allowed(_ text: String) -> [UInt8] {
        text.utf8.compactMap { byte in
            switch byte {
            case 0x61...0x7A: byte - 0x20
            case 0x30...0x39, 0x41...0x5A, UInt8(ascii: "-"), UInt8(ascii: "_"): byte
            default: nil
            }
        }
    }

    private static func padded(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        bytes + [UInt8](repeating: 0x20, count: max(0, count - bytes.count))
    }

    /// Ties a long name to the short one behind it.
    static func checksum(_ short: [UInt8]) -> UInt8 {
        short.reduce(0) { sum, byte in (sum >> 1 | sum << 7) &+ byte }
    }

    private static let places = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30]

    private static func long(_ name: String, checksum: UInt8) -> [[UInt8]] {
        let units = Array(name.utf16)
        let count = (units.count + 12) / 13
        return (0..<count).reversed().map { index in
            var entry = [UInt8](repeating: 0, count: 32)
            entry[0] = UInt8(index + 1) | (index == count - 1 ? 0x40 : 0)
            entry[11] = 0x0F
            entry[13] = checksum
            for (place, offset) in places.enumerated() {
                let at = index * 13 + place
                let unit: UInt16 = at < units.count ? units[at] : at == units.count ? 0 : 0xFFFF
                entry[offset] = UInt8(truncatingIfNeeded: unit)
                entry[offset + 1] = UInt8(truncatingIfNeeded: unit >> 8)
            }
            return entry
        }
    }

    /// The characters of one entry of a long name.
    static func units(_ entry: ArraySlice<UInt8>) -> [UInt16] {
        places.map { UInt16(entry[entry.startIndex + $0]) | UInt16(entry[entry.startIndex + $0 + 1]) << 8 }
    }

    /// The text of a short name, in capitals.
    static func text(_ short: ArraySlice<UInt8>) -> String {
        func part(_ bytes: ArraySlice<UInt8>) -> String {
            var bytes = Array(bytes)
            while bytes.last == 0x20 { bytes.removeLast() }
            return String(decoding: bytes, as: UTF8.self)
        }
        let ending = part(short.dropFirst(8))
        return part(short.prefix(8)) + (ending.isEmpty ? "" : "." + ending)
    }
}
