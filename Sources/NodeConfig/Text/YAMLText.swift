import Document

/// YAML text of a JSON value: block style, two spaces a level, quotes only where they are needed.
enum YAMLText {
    /// The text; equal values give equal texts.
    static func of(_ value: JSONValue) -> String {
        var lines: [String] = []
        add(value, indent: 0, to: &lines)
        return lines.map { $0 + "\n" }.joined()
    }

    private static func add(_ value: JSONValue, indent: Int, to lines: inout [String]) {
        let space = String(repeating: " ", count: indent)
        switch value {
        case .object(let members) where !members.isEmpty:
            for member in members {
                let key = space + scalar(.string(member.key)) + ":"
                switch member.value {
                case .object(let inner) where !inner.isEmpty:
                    lines.append(key)
                    add(member.value, indent: indent + 2, to: &lines)
                case .array(let elements) where !elements.isEmpty:
                    lines.append(key)
                    add(member.value, indent: indent + 2, to: &lines)
                case .string(let text) where isBlock(text):
                    lines.append(key + " |")
                    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
                        lines.append(space + "  " + line)
                    }
                default: lines.append(key + " " + scalar(member.value))
                }
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                var inner: [String] = []
                add(element, indent: indent + 2, to: &inner)
                // The first line of the element stands beside its dash.
                let first = inner.first ?? ""
                lines.append(space + "- " + first.drop { $0 == " " })
                lines += inner.dropFirst()
            }
        default: lines.append(space + scalar(value))
        }
    }

    /// Whether a text reads best as a block: lines of visible ASCII, the last one ended.
    private static func isBlock(_ text: String) -> Bool {
        guard text.hasSuffix("\n"), !text.hasPrefix(" "), !text.hasPrefix("\n"), !text.hasSuffix("\n\n") else {
            return false
        }
        return text.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) }
            && !text.split(separator: "\n").contains { $0.hasSuffix(" ") }
    }

    private static func scalar(_ value: JSONValue) -> String {
        if case .string(let text) = value, isPlain(text) { return text }
        // YAML takes the byte order mark and other ends of lines for its own.
        return JSON.text(value).unicodeScalars.map { scalar in
            switch scalar {
            case "\u{FEFF}": "\\uFEFF"
            case "\u{85}": "\\u0085"
            case "\u{2028}": "\\u2028"
            case "\u{2029}": "\\u2029"
            default: String(scalar)
            }
        }.joined()
    }

    /// Whether a text needs no quotes and cannot be taken for anything but text.
    private static func isPlain(_ text: String) -> Bool {
        guard let head = text.utf8.first, isLetter(head) || head == UInt8(ascii: "/") else {
            return isPlainNumberLike(text)
        }
        let isSafe = text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "-._/@+ ".utf8.contains($0) }
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isSafe && text.utf8.last != UInt8(ascii: " ") && !words.contains(text.lowercased())
    }

    /// Addresses, sizes and bond modes begin with a digit, but have what no number has.
    private static func isPlainNumberLike(_ text: String) -> Bool {
        guard let head = text.utf8.first, isDigit(head) else { return false }
        let dots = text.utf8.count { $0 == UInt8(ascii: ".") }
        if dots == 3 {
            return text.utf8.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
        }
        return text == "802.3ad" || text.hasSuffix("iB") && ByteSize(text) != nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
