/// What a plain scalar means by the core schema of YAML 1.2 (§10.3.2).
enum CoreSchema {
    /// The value of a plain scalar.
    ///
    /// A whole number beyond 64 bits stays text.
    static func value(of text: String) -> Node.Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        default: break
        }
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return .string(text) }
        if text.hasPrefix("0x") { return prefixed(text, radix: 16) }
        if text.hasPrefix("0o") { return prefixed(text, radix: 8) }
        guard isDecimal(text.utf8) else { return .string(text) }
        if let integer = Int(text) { return .integer(integer) }
        let isWhole = !text.utf8.contains { ".eE".utf8.contains($0) }
        guard !isWhole, let number = Double(text.last == "." ? String(text.dropLast()) : text), number.isFinite else {
            return .string(text)
        }
        return .number(number)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func prefixed(_ text: String, radix: Int) -> Node.Value {
        let digits = text.dropFirst(2)
        guard let first = digits.first, first != "+", first != "-", let integer = Int(digits, radix: radix) else {
            return .string(text)
        }
        return .integer(integer)
    }

    /// Whether the text matches the schema's number.
    ///
    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ text: String.UTF8View) -> Bool {
        var rest = text[...]
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() }
        let whole = digits()
        if rest.first == 0x2E {
            rest = rest.dropFirst()
            guard digits() + whole > 0 else { return false }
        } else if whole == 0 {
            return false
        }
        if let letter = rest.first, letter == 0x65 || letter == 0x45 {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
