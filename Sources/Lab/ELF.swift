/// What a program or library offers to and wants from the dynamic linker, in the words of RPM's `elfdeps`.
struct ELF: Sendable {
    private(set) var provides: [String] = []
    private(set) var requires: [String] = []

    /// Reads a 64-bit x86-64 file; nil for everything else. A damaged file gives what could be read.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 64, bytes.prefix(5).elementsEqual([0x7F, 0x45, 0x4C, 0x46, 2]), bytes[5] == 1 else {
            return nil
        }
        let file = Reader(bytes: bytes)
        guard file.number(18, 2) == 62 else { return nil }
        let table = file.number(32, 8)
        let size = file.number(54, 2)
        let headers = (0..<file.number(56, 2)).map { table + $0 * size }
        let segments = headers.filter { file.number($0, 4) == 1 }.map {
            (address: file.number($0 + 16, 8), offset: file.number($0 + 8, 8), length: file.number($0 + 32, 8))
        }
        guard let dynamic = headers.first(where: { file.number($0, 4) == 2 }) else { return }
        func position(_ address: Int) -> Int? {
            segments.first { address >= $0.address && address - $0.address < $0.length }.map {
                address - $0.address + $0.offset
            }
        }
        var needed: [Int] = []
        var values: [Int: Int] = [:]
        let start = file.number(dynamic + 8, 8)
        for entry in 0..<min(file.number(dynamic + 32, 8) / 16, 4096) {
            let tag = file.number(start + entry * 16, 8)
            let value = file.number(start + entry * 16 + 8, 8)
            if tag == 0 { break }
            if tag == 1 { needed.append(value) } else { values[tag] = value }
        }
        guard let strings = values[5].flatMap(position) else { return }
        let name = values[14].map { file.text(strings + $0) }
        if let name { provides.append("\(name)()(64bit)") }
        requires = needed.map { "\(file.text(strings + $0))()(64bit)" }
        if let name, var entry = values[0x6FFF_FFFC].flatMap(position) {
            for _ in 0..<min(values[0x6FFF_FFFD] ?? 0, 4096) {
                let version = file.text(strings + file.number(entry + file.number(entry + 12, 4), 4))
                // The base definition is the name itself.
                if file.number(entry + 2, 2) & 1 == 0 { provides.append("\(name)(\(version))(64bit)") }
                let next = file.number(entry + 16, 4)
                if next == 0 { break }
                entry += next
            }
        }
        if var entry = values[0x6FFF_FFFE].flatMap(position) {
            for _ in 0..<min(values[0x6FFF_FFFF] ?? 0, 4096) {
                let library = file.text(strings + file.number(entry + 4, 4))
                var need = entry + file.number(entry + 8, 4)
                for _ in 0..<file.number(entry + 2, 2) {
                    // Weak needs (VER_FLG_WEAK) are none.
                    if file.number(need + 4, 2) & 2 == 0 {
                        requires.append("\(library)(\(file.text(strings + file.number(need + 8, 4))))(64bit)")
                    }
                    need += file.number(need + 12, 4)
                }
                let next = file.number(entry + 12, 4)
                if next == 0 { break }
                entry += next
            }
        }
    }

    private struct Reader {
        let bytes: [UInt8]

        /// A little-endian number; 0 outside of the file.
        func number(_ offset: Int, _ length: Int) -> Int {
            guard offset >= 0, offset <= bytes.count - length else { return 0 }
            var value: UInt64 = 0
            for index in (0..<length).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
            return Int(truncatingIfNeeded: value & 0x7FFF_FFFF_FFFF_FFFF)
        }

        func text(_ offset: Int) -> String {
            guard offset >= 0, offset < bytes.count else { return "" }
            return String(decoding: bytes[offset...].prefix(256).prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
