import Host

/// JSON text (RFC 8259): a strict reader and a canonical writer.
public enum JSON {
    /// The largest document that is read unless the caller allows more: 4 MiB.
    public static let defaultLimit = 4 << 20
    /// The largest limit a caller may ask for: 64 MiB (chunk indexes).
    public static let largestLimit = 64 << 20
    /// How deeply lists and mappings may nest.
    public static let depthLimit = 64

    /// Reads one JSON text.
    ///
    /// Stricter than the RFC demands: invalid UTF-8, unpaired surrogates, duplicate keys, whole numbers beyond 64 bits and
    /// numbers beyond the range of a double are errors.
    ///
    /// - Parameters:
    ///   - file: how to name the text in errors
    ///   - limit: a longer text, in bytes, is refused; at most `largestLimit`
    /// - Throws: `Failure` of class `invalidInput`, which says where
    public static func parse(_ bytes: [UInt8], file: String, limit: Int = defaultLimit) throws -> Node {
        let diagnostics = Diagnostics()
        let node = parse(bytes, file: file, limit: limit, diagnostics: diagnostics)
        try diagnostics.throwFirst()
        guard let node else { throw Failure(.internalError, "\(file): reading ended without a result") }
        return node
    }

    /// Reads one JSON text and collects its mistake; nil when there is one.
    public static func parse(
        _ bytes: [UInt8], file: String, limit: Int = defaultLimit, diagnostics: Diagnostics
    ) -> Node? {
        let size = checkSize(bytes.count, limit: min(limit, JSON.largestLimit), file: file)
        if let mistake = size ?? checkUTF8(bytes, file: file) {
            diagnostics.add(mistake)
            return nil
        }
        return bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer, file: file)
            do {
                return try reader.document()
            } catch {
                if let mistake = error as? JSONReader.Mistake { diagnostics.add(mistake.diagnostic) }
                return nil
            }
        }
    }

    /// `parse` for text that is already a string.
    public static func parse(_ text: String, file: String, limit: Int = defaultLimit) throws -> Node {
        try parse(Array(text.utf8), file: file, limit: limit)
    }

    /// The JSON text of a value.
    ///
    /// Equal values give equal bytes.
    ///
    /// - Parameters:
    ///   - pretty: one member a line, indented by two spaces, with a line feed at the end; else no white space at all
    ///   - sortedKeys: keys in the order of their UTF-8 bytes; else in the order of the value
    public static func text(_ value: JSONValue, pretty: Bool = false, sortedKeys: Bool = false) -> String {
        String(decoding: bytes(value, pretty: pretty, sortedKeys: sortedKeys), as: UTF8.self)
    }

    /// `text` as UTF-8 bytes.
    public static func bytes(_ value: JSONValue, pretty: Bool = false, sortedKeys: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty, sortedKeys: sortedKeys)
        writer.write(value, depth: 0)
        if pretty { writer.output.append(0x0A) }
        return writer.output
    }

    /// The one form of a value for hashing and signing: sorted keys, no white space.
    public static func canonical(_ value: JSONValue) -> [UInt8] { bytes(value, sortedKeys: true) }
}
