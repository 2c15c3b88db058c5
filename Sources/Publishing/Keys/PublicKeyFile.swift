import Host
public import Transfer

/// An Ed25519 public key as text that others read, too: SubjectPublicKeyInfo (RFC 8410) in PEM.
public enum PublicKeyFile {
    /// SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING of 32 bytes }, up to the bytes of the key.
    private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    private static let begin = "-----BEGIN PUBLIC KEY-----"
    private static let end = "-----END PUBLIC KEY-----"

    /// The text of a key.
    public static func text(_ key: Ed25519PublicKey) -> String {
        "\(begin)\n\(Base64.text(prefix + key.bytes))\n\(end)\n"
    }

    /// The key of a text.
    ///
    /// - Parameter name: how messages name the text
    /// - Throws: `.invalidInput` when it is something else
    public static func key(_ text: String, name: String) throws -> Ed25519PublicKey {
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.first.map(String.init) == begin, lines.last.map(String.init) == end,
            let bytes = Base64.bytes(lines.dropFirst().dropLast().joined()), bytes.starts(with: prefix),
            let key = Ed25519PublicKey(bytes: Array(bytes.dropFirst(prefix.count)))
        else {
            throw Failure(
                .invalidInput, "\(name) is not an Ed25519 public key in PEM form",
                hint: "\"nodewright keys generate\" writes it beside the private one, with the ending .pub")
        }
        return key
    }
}
