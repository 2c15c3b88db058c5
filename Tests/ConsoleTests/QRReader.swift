/// Reads the text of a QR Code out of what was drawn for a terminal: only what the tests need, versions 1 to 5 with
/// error correction level L, where all codewords are one block, and without looking at those for errors (ISO/IEC
/// 18004:2015, 7).
struct QRReader {
    /// Dark modules by row and column, with the quiet zone.
    let drawn: [[Bool]]
    /// The same without the quiet zone.
    let modules: [[Bool]]
    private var size: Int { modules.count }

    /// - Parameter utf8: whether the lines are half blocks, else two characters for a module; nil when they are neither
    init?(_ lines: [String], utf8: Bool, quietZone: Int) {
        var rows: [[Bool]] = []
        for line in lines {
            if utf8 {
                let halves: [Character: (Bool, Bool)] = [
                    "█": (false, false), "▀": (false, true), "▄": (true, false), " ": (true, true),
                ]
                let pairs = line.compactMap { halves[$0] }
                guard pairs.count == line.count else { return nil }
                rows += [pairs.map(\.0), pairs.map(\.1)]
            } else {
                let cells = line.split(separator: "", omittingEmptySubsequences: true)
                let pairs = stride(from: 0, to: cells.count - 1, by: 2).map { cells[$0] + cells[$0 + 1] }
                guard cells.count % 2 == 0, pairs.allSatisfy({ ["##", "  "].contains($0) }) else { return nil }
                rows.append(pairs.map { $0 == "  " })
            }
        }
        guard let width = rows.first?.count, width > 2 * quietZone, rows.allSatisfy({ $0.count == width }) else {
            return nil
        }
        // An odd number of rows, of which the last line is the upper half.
        if utf8 {
            guard let last = rows.popLast(), last.allSatisfy({ $0 }) else { return nil }
        }
        guard rows.count == width else { return nil }
        drawn = rows
        modules = rows.dropFirst(quietZone).dropLast(quietZone).map {
            Array($0.dropFirst(quietZone).dropLast(quietZone))
        }
    }

    /// Whether all around the code is light.
    func isQuiet(_ quietZone: Int) -> Bool {
        let inside = quietZone..<drawn.count - quietZone
        return drawn.indices.allSatisfy { row in
            drawn.indices.allSatisfy { inside.contains(row) && inside.contains($0) || !drawn[row][$0] }
        }
    }

    /// The bytes; nil when it is no such code.
    var bytes: [UInt8]? {
        let version = (size - 17) / 4
        guard (1...5).contains(version), size == 17 + 4 * version else { return nil }
        // Format information: error correction and mask, themselves masked (7.9.1).
        let format = (0..<5).reduce(0) { $0 << 1 | (modules[8][$1] ? 1 : 0) } ^ 0b10101
        guard format >> 3 == 0b01 else { return nil }
        let bits = places.map { modules[$0.row][$0.column] != isMasked(format & 7, $0.row, $0.column) }
        func number(_ place: Int, _ count: Int) -> Int {
            bits[place..<place + count].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
        }
        // Byte mode, with a length of 8 bits up to version 9 (7.4.5).
        guard number(0, 4) == 0b0100, 12 + 8 * number(4, 8) <= bits.count else { return nil }
        return (0..<number(4, 8)).map { UInt8(number(12 + 8 * $0, 8)) }
    }

    /// Where the bits of the codewords are: in columns of two from the right, upward and downward in turn (7.7.3).
    private var places: [(row: Int, column: Int)] {
        var places: [(row: Int, column: Int)] = []
        var isUpward = true
        // Column 6 is the timing pattern.
        for right in Array(stride(from: size - 1, to: 6, by: -2)) + [5, 3, 1] {
            for step in 0..<size {
                let row = isUpward ? size - 1 - step : step
                places += [right, right - 1].filter { !isFunction(row, $0) }.map { (row, $0) }
            }
            isUpward.toggle()
        }
        return places
    }

    /// Whether a module belongs to a pattern or to the format information.
    private func isFunction(_ row: Int, _ column: Int) -> Bool {
        if row == 6 || column == 6 { return true }
        if row <= 8, column <= 8 || column >= size - 8 { return true }
        if column <= 8, row >= size - 8 { return true }
        // The one alignment pattern of versions 2 to 6.
        return size > 21 && abs(row - (size - 7)) <= 2 && abs(column - (size - 7)) <= 2
    }

    /// The mask patterns (table 10).
    private func isMasked(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        let product = row * column
        switch mask {
        case 0: return (row + column) % 2 == 0
        case 1: return row % 2 == 0
        case 2: return column % 3 == 0
        case 3: return (row + column) % 3 == 0
        case 4: return (row / 2 + column / 3) % 2 == 0
        case 5: return product % 2 + product % 3 == 0
        case 6: return (product % 2 + product % 3) % 2 == 0
        default: return ((row + column) % 2 + product % 3) % 2 == 0
        }
    }
}
