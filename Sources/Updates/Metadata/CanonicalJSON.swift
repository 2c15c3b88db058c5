public import Document
import Host

/// Canonical JSON (OLPC), the bytes over which signatures of TUF metadata are made (specification, section 4.2).
///
/// Keys are sorted by code point, there is no white space, and only `"` and `\` are escaped: a line feed in a text stands there
/// as it is, so these bytes need not be JSON that can be read.
public enum CanonicalJSON {
    /// The one form of a value.
    ///
    /// - Throws: `.invalidInput` for a number with a fraction or an exponent, which the form does not have
    public static func bytes(_ value: JSONValue) throws -> [UInt8] {
        var output: [UInt8] = []
        try append(value, to: &output)
        return output
    }

    private static func append(_ value: JSONValue, to output: inout [UInt8]) throws {
        switch value {
        case .null: output += "null".utf8
        case .bool(let bool): output += (bool ? "true" : "false").utf8
        case .integer(let integer): output += String(integer).utf8
        case .number(let number):
            throw Failure(.invalidInput, "the number \(number) cannot be signed: only whole numbers can be")
        case .string(let string): append(string, to: &output)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                try append(value, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            // The order of UTF-8 bytes is that of code points.
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                append(member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                try append(member.value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ string: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { output.append(UInt8(ascii: "\\")) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "\""))
    }
}
