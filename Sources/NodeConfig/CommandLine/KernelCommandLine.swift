/// The arguments that the boot loader gave to the kernel, split as the kernel itself splits them (`lib/cmdline.c`).
///
/// Spaces separate words, double quotes keep them together, and there is no escaping. Whatever follows `--` belongs to
/// process 1. Anybody at the boot menu can write here, so every value is checked by the type that is made of it.
public struct KernelCommandLine: Hashable, Sendable {
    /// One argument, `quiet` or `console=ttyS0`, and where it stands.
    public struct Word: Hashable, Sendable {
        /// Its place among the words, from 1.
        public let number: Int
        /// What stands before the first `=`.
        public let name: String
        /// What follows it; nil without `=`. Bytes that are no UTF-8 are U+FFFD, which no checked type accepts.
        public let value: String?
        /// How many characters of the word stand before the value: the name, `=`, and a quote.
        public let valueOffset: Int
    }

    /// The longest text that is looked at, in bytes; no architecture's kernel takes more.
    public static let limit = 1 << 16

    /// All words, in their order.
    public let words: [Word]
    /// Whether the text was longer than `limit`, so that its end is not in `words`.
    public let isCut: Bool

    /// Splits the content of `/proc/cmdline`.
    public init(_ bytes: some Collection<UInt8>) {
        var words: [Word] = []
        var rest = Array(bytes.prefix(Self.limit))[...]
        while true {
            rest = rest.drop(while: Self.isSpace)
            guard !rest.isEmpty, rest.first != 0 else { break }
            let word = Self.next(&rest, number: words.count + 1)
            if word.name == "--", word.value == nil { break }
            words.append(word)
        }
        self.words = words
        isCut = bytes.count > Self.limit
    }

    /// Splits a text.
    public init(_ text: String) { self.init(Array(text.utf8)) }

    /// The value of an argument; of several, the last one counts. `-` and `_` in names are the same.
    public subscript(name: String) -> String? {
        words.last { $0.value != nil && Self.same($0.name, name) }?.value
    }

    /// Whether an argument is there, with a value or without.
    public func contains(_ name: String) -> Bool { words.contains { Self.same($0.name, name) } }

    private static func same(_ one: String, _ other: String) -> Bool {
        one.utf8.elementsEqual(other.utf8) { left, right in
            left == right || (left == 0x2D || left == 0x5F) && (right == 0x2D || right == 0x5F)
        }
    }

    /// The kernel's `isspace`, which counts the Latin-1 non-breaking space.
    private static func isSpace(_ byte: UInt8) -> Bool { (0x09...0x0D).contains(byte) || byte == 0x20 || byte == 0xA0 }

    private static func next(_ rest: inout ArraySlice<UInt8>, number: Int) -> Word {
        let quote = UInt8(ascii: "\"")
        let quoted = rest.first == quote
        if quoted { rest = rest.dropFirst() }
        var inQuotes = quoted
        var equals: Int?
        var end = rest.startIndex
        while end < rest.endIndex, rest[end] != 0, inQuotes || !isSpace(rest[end]) {
            if rest[end] == UInt8(ascii: "="), equals == nil, end > rest.startIndex { equals = end }
            if rest[end] == quote { inQuotes.toggle() }
            end += 1
        }
        var word = rest[..<end]
        rest = rest[end...]
        guard let equals else {
            if quoted, word.last == quote { word = word.dropLast() }
            return Word(number: number, name: String(decoding: word, as: UTF8.self), value: nil, valueOffset: 0)
        }
        let name = String(decoding: word[..<equals], as: UTF8.self)
        var offset = name.unicodeScalars.count + (quoted ? 2 : 1)
        var value = word[(equals + 1)...]
        if value.first == quote {
            offset += 1
            value = value.dropFirst()
            if value.last == quote { value = value.dropLast() }
        } else if quoted, value.last == quote {
            value = value.dropLast()
        }
        return Word(number: number, name: name, value: String(decoding: value, as: UTF8.self), valueOffset: offset)
    }
}
