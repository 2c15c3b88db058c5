import Host

/// An element of an XML document: what repomd.xml, comps.xml and metalinks are read into.
///
/// Namespace prefixes are dropped; comments and processing instructions are skipped; entities that are not
/// predefined are refused.
struct XMLElement {
    var name: String
    var attributes: [String: String] = [:]
    var children: [XMLElement] = []
    var text = ""

    /// The children of that name, in order.
    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The first child of that name.
    func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// The text of the first child of that name, without surrounding blanks.
    func text(of name: String) -> String? { first(name)?.trimmedText }

    /// The text without surrounding blanks.
    var trimmedText: String {
        var text = Substring(self.text)
        while let first = text.unicodeScalars.first, first.value <= 0x20 { text = text.dropFirst() }
        while let last = text.unicodeScalars.last, last.value <= 0x20 { text = text.dropLast() }
        return String(text)
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - bytes: the document, UTF-8
    ///   - document: its name, for failures
    static func parse(_ bytes: [UInt8], document: String) throws -> XMLElement {
        var parser = XMLParser(bytes: bytes, document: document)
        return try parser.parse()
    }
}

/// A small, strict reader for the XML that repositories publish.
private struct XMLParser {
    /// No repository nests deeper than 6.
    static let depthLimit = 32

    let bytes: [UInt8]
    let document: String
    var position = 0

    init(bytes: [UInt8], document: String) {
        self.bytes = bytes
        self.document = document
    }

    mutating func parse() throws -> XMLElement {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        var open: [XMLElement] = []
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "<") {
                let text = try readText(until: UInt8(ascii: "<"))
                if !open.isEmpty { open[open.count - 1].text += text }
            } else if skip("<!--") {
                try skip(past: "-->")
            } else if skip("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                if !open.isEmpty { open[open.count - 1].text += string(start, position - 3) }
            } else if skip("<?") {
                try skip(past: "?>")
            } else if skip("<!DOCTYPE") {
                // comps.xml names its DTD, which nobody reads; one that comes along could define entities.
                let declaration = try readText(until: UInt8(ascii: ">"))
                guard skip(">"), !declaration.contains("[") else { throw broken("a document type with declarations") }
            } else if skip("<!") {
                throw broken("a declaration in an unexpected place")
            } else if skip("</") {
                let name = try readName()
                skipBlanks()
                guard skip(">"), let element = open.popLast(), element.name == name else {
                    throw broken("an end tag that closes nothing")
                }
                if open.isEmpty { return element }
                open[open.count - 1].children.append(element)
            } else {
                position += 1
                let (element, empty) = try readStartTag()
                if !empty {
                    guard open.count < Self.depthLimit else { throw broken("elements nested too deeply") }
                    open.append(element)
                } else if open.isEmpty {
                    return element
                } else {
                    open[open.count - 1].children.append(element)
                }
            }
        }
        throw broken("the document ends too early")
    }

    private mutating func readStartTag() throws -> (XMLElement, empty: Bool) {
        var element = XMLElement(name: try readName())
        while true {
            skipBlanks()
            if skip("/>") { return (element, true) }
            if skip(">") { return (element, false) }
            let name = try readName()
            skipBlanks()
            guard skip("=") else { throw broken("an attribute without a value") }
            skipBlanks()
            guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw broken("an attribute's value without quotes")
            }
            position += 1
            element.attributes[name] = try readText(until: quote)
            guard next == quote else { throw broken("an attribute's value without an end") }
            position += 1
        }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func readName() throws -> String {
        var start = position
        while let byte = next, byte > 0x20, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/"),
            byte != UInt8(ascii: "=")
        {
            position += 1
            if byte == UInt8(ascii: ":") { start = position }
        }
        guard position > start else { throw broken("a name is missing") }
        return string(start, position)
    }

    private mutating func readText(until end: UInt8) throws -> String {
        var text: [UInt8] = []
        while let byte = next, byte != end {
            if byte == UInt8(ascii: "&") {
                text += Array(String(try readEntity()).utf8)
            } else {
                text.append(byte)
                position += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func readEntity() throws -> Character {
        let start = position + 1
        guard let end = bytes[start..<min(start + 12, bytes.count)].firstIndex(of: UInt8(ascii: ";")) else {
            throw broken("an \"&\" that begins no entity")
        }
        let name = string(start, end)
        position = end + 1
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let digits = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            guard name.hasPrefix("#"), let digits, let scalar = Unicode.Scalar(digits) else {
                throw broken("the unknown entity \"&\(name);\"")
            }
            return Character(scalar)
        }
    }

    private mutating func skipBlanks() {
        while let byte = next, byte <= 0x20 { position += 1 }
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        position += count
        return true
    }

    private mutating func skip(past end: StaticString) throws {
        while position < bytes.count {
            if skip(end) { return }
            position += 1
        }
        throw broken("the document ends too early")
    }

    private func string(_ start: Int, _ end: Int) -> String { String(decoding: bytes[start..<end], as: UTF8.self) }

    private func broken(_ what: String) -> Failure {
        let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0A }
        return Failure(
            .invalidInput, "\(document):\(line): not well-formed XML: \(what)",
            hint: "the mirror may be broken or in the middle of an update: try again later or another mirror")
    }
}
