/// Text from outside as any terminal can show it.
public enum PlainText {
    /// The text without control characters; what is not ASCII becomes `?`, because a serial line's terminal may know no
    /// other characters, and because a terminal obeys what it cannot show (ECMA-48 has controls beyond ASCII, too).
    public static func printable(_ text: String, limit: Int = 256) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            switch scalar.value {
            case 0x20...0x7E: result.unicodeScalars.append(scalar)
            case 0...0x9F: continue
            default: result += "?"
            }
        }
        return result
    }

    /// Printable, and exactly `width` characters: filled with spaces, or cut with two dots at the end.
    public static func column(_ text: String, _ width: Int) -> String {
        let text = cut(printable(text), width)
        return text + String(repeating: " ", count: width - text.utf8.count)
    }

    /// Printable, on lines of at most `width` characters, broken between words; two dots where it does not fit on `limit`
    /// of them.
    public static func wrapped(_ text: String, _ width: Int, limit: Int) -> [String] {
        var lines: [String] = []
        for word in printable(text, limit: 2048).split(separator: " ") {
            if let last = lines.last, last.utf8.count + 1 + word.utf8.count <= width {
                lines[lines.count - 1] = last + " " + word
            } else if lines.count < limit {
                lines.append(cut(String(word), width))
            } else {
                lines[limit - 1] = cut(lines[limit - 1] + " " + word, width)
                break
            }
        }
        return lines
    }

    /// At most `width` characters of a printable text.
    public static func cut(_ text: String, _ width: Int) -> String {
        guard text.utf8.count > width else { return text }
        return width < 2 ? String(text.prefix(max(0, width))) : text.prefix(width - 2) + ".."
    }
}
