import Host

/// YAML text: one document, read by libyaml event by event into a tree with places.
///
/// Only what a configuration needs is accepted: anchors, aliases, tags, merge keys, keys that are not text, duplicate keys and
/// a second document are errors. Plain scalars follow the core schema of YAML 1.2, so `no`, `on` and `012` are not booleans or
/// octal numbers.
public enum YAML {
    /// Reads one document and throws the first mistake as a `Failure` of class `invalidInput`.
    ///
    /// - Parameters:
    ///   - file: how to name the text in errors
    ///   - limit: a longer text, in bytes, is refused; at most `JSON.largestLimit`
    public static func parse(_ bytes: [UInt8], file: String, limit: Int = JSON.defaultLimit) throws -> Node {
        let diagnostics = Diagnostics()
        let node = parse(bytes, file: file, limit: limit, diagnostics: diagnostics)
        try diagnostics.throwFirst()
        guard let node else { throw Failure(.internalError, "\(file): reading ended without a result") }
        return node
    }

    /// `parse` for text that is already a string.
    public static func parse(_ text: String, file: String, limit: Int = JSON.defaultLimit) throws -> Node {
        try parse(Array(text.utf8), file: file, limit: limit)
    }

    /// Reads one document and collects its mistakes; nil when the text is so broken that there is no tree.
    ///
    /// An empty text is a document that holds null.
    public static func parse(
        _ bytes: [UInt8], file: String, limit: Int = JSON.defaultLimit, diagnostics: Diagnostics
    ) -> Node? {
        let size = checkSize(bytes.count, limit: min(limit, JSON.largestLimit), file: file)
        if let mistake = size ?? checkUTF8(bytes, file: file) {
            diagnostics.add(mistake)
            return nil
        }
        return bytes.withUnsafeBufferPointer { buffer in
            let reader = YAMLReader(buffer, file: file, diagnostics: diagnostics)
            return reader.document()
        }
    }
}
