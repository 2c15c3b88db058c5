/// Writes a value; the same value always gives the same bytes.
struct JSONWriter {
    let pretty: Bool
    let sortedKeys: Bool
    var output: [UInt8] = []

    init(pretty: Bool, sortedKeys: Bool) {
        self.pretty = pretty
        self.sortedKeys = sortedKeys
    }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: output += "null".utf8
        case .bool(let bool): output += (bool ? "true" : "false").utf8
        case .integer(let integer): output += String(integer).utf8
        case .number(let number): output += (number.isFinite ? "\(number)" : "null").utf8
        case .string(let string): write(string)
        case .array(let values):
            brackets(0x5B, 0x5D, values, depth: depth) { writer, value in writer.write(value, depth: depth + 1) }
        case .object(let members):
            let ordered =
                sortedKeys ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : members
            brackets(0x7B, 0x7D, ordered, depth: depth) { writer, member in
                writer.write(member.key)
                writer.output += (writer.pretty ? ": " : ":").utf8
                writer.write(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func brackets<Element>(
        _ open: UInt8, _ close: UInt8, _ elements: [Element], depth: Int, _ body: (inout JSONWriter, Element) -> Void
    ) {
        output.append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(0x2C) }
            newLine(depth + 1)
            body(&self, element)
        }
        if !elements.isEmpty { newLine(depth) }
        output.append(close)
    }

    private mutating func newLine(_ depth: Int) {
        guard pretty else { return }
        output.append(0x0A)
        output += repeatElement(0x20, count: 2 * depth)
    }

    private mutating func write(_ string: String) {
        output.append(0x22)
        for byte in string.utf8 {
            switch byte {
            case 0x22: output += [0x5C, 0x22]
            case 0x5C: output += [0x5C, 0x5C]
            case 0x08: output += [0x5C, 0x62]
            case 0x09: output += [0x5C, 0x74]
            case 0x0A: output += [0x5C, 0x6E]
            case 0x0C: output += [0x5C, 0x66]
            case 0x0D: output += [0x5C, 0x72]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                output += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
            default: output.append(byte)
            }
        }
        output.append(0x22)
    }
}
