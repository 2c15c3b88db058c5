extension KernelCommandLine {
    /// A text that may repeat a kernel command line, with `(secret)` in the place of each value that is a secret, and of what follows
    /// the scheme of an address with a user or a query.
    public static func withoutSecrets(_ text: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A }
        var result: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            let between = rest.prefix { isBlank($0) || $0 == quote }
            let name = rest.dropFirst(between.count).prefix {
                !isBlank($0) && $0 != quote && $0 != UInt8(ascii: "=")
            }
            result += between + name
            rest = rest.dropFirst(between.count + name.count)
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest = rest.dropFirst()
            result.append(UInt8(ascii: "="))
            let isSecret = CommandLineTable.isSecret(String(decoding: name, as: UTF8.self))
            // Quotes stand around the value, around the word, or in some messages around the whole command line.
            if rest.first == quote {
                result.append(quote)
                rest = rest.dropFirst()
            }
            let isQuoted = isSecret && (result.last == quote || between.last == quote)
            let value = rest.prefix { $0 != quote && (isQuoted || !isBlank($0)) }
            rest = rest.dropFirst(value.count)
            result += isSecret ? Array("(secret)".utf8) : withoutUser(Array(value))
        }
        return result
    }

    private static func withoutUser(_ value: [UInt8]) -> [UInt8] {
        guard let scheme = value.firstRange(of: Array("://".utf8)),
            value[scheme.upperBound...].contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "?") })
        else { return value }
        return value[..<scheme.upperBound] + Array("(secret)".utf8)
    }
}
