/// Names that a repository gives to things, as parts of an address (RFC 3986, section 2) or of a path.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// One component: slashes are encoded, too.
    static func component(_ text: String) -> String { encoded(text, keeping: "-._~") }

    /// Components with the slashes between them.
    static func path(_ text: String) -> String { encoded(text, keeping: "-._~/") }

    /// A component that stands for a file of its own in a folder: never the folder itself, its parent, or an unfinished file.
    static func fileName(_ text: String) -> String {
        let name = component(text)
        if name == "." || name == ".." { return "%2E" + component(String(text.dropFirst())) }
        return name.hasSuffix(".part") ? name.dropLast(5) + "%2Epart" : name
    }

    private static func encoded(_ text: String, keeping others: String) -> String {
        var output: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                output.append(byte)
            case _ where others.utf8.contains(byte): output.append(byte)
            default: output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
