public import Document
import Host
public import Transfer

/// A public key of TUF metadata (specification, section 4.2).
///
/// A type or scheme that is not known is no mistake: such a key verifies nothing.
public struct MetadataKey: Hashable, Sendable {
    /// `ed25519`, `ecdsa` or `rsa`.
    public let type: String
    /// `ed25519`, `ecdsa-sha2-nistp256` or `rsassa-pss-sha256`.
    public let scheme: String
    /// 64 hexadecimal digits for Ed25519, else PEM; empty for a key of an unknown type that has no such value.
    public let publicValue: String
    private let values: [JSONValue.Member]
    private let others: [JSONValue.Member]

    /// A key.
    public init(type: String, scheme: String, publicValue: String) {
        self.type = type
        self.scheme = scheme
        self.publicValue = publicValue
        values = [JSONValue.Member("public", .string(publicValue))]
        others = []
    }

    /// An Ed25519 key.
    public init(ed25519 key: Ed25519PublicKey) {
        self.init(type: "ed25519", scheme: "ed25519", publicValue: key.hex)
    }

    /// - Throws: `.invalidInput` when a field is missing or of the wrong type
    public init(_ node: Node) throws {
        var fields = try MetadataFields(node)
        type = try fields.string("keytype")
        scheme = try fields.string("scheme")
        let valueNode = try fields.node("keyval")
        var valueFields = try MetadataFields(valueNode)
        values = valueFields.rest
        // Keys that stand for a person, for example, are verified by other means than a public value.
        let isKnown = ["ed25519", "ecdsa", "ecdsa-sha2-nistp256", "rsa"].contains(type)
        publicValue = isKnown ? try valueFields.string("public") : valueNode["public"]?.string ?? ""
        others = fields.rest
    }

    /// The key for a file.
    public var json: JSONValue {
        .object(
            [
                JSONValue.Member("keytype", .string(type)),
                JSONValue.Member("scheme", .string(scheme)),
                JSONValue.Member("keyval", .object(values)),
            ] + others)
    }

    /// The name that a new key gets: the SHA-256 of its canonical form, in hexadecimal digits (specification, section 4.2).
    ///
    /// Readers use the names that metadata gives to keys, which may be others, and never compute them.
    public func newID() throws -> String { Checksum.of(try CanonicalJSON.bytes(json)).hex }

    /// Whether the signature over `bytes` was made with this key.
    ///
    /// A key or scheme that is unknown or malformed has made none.
    public func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        let key: PublicKey? =
            switch (type, scheme) {
            case ("ed25519", "ed25519"): Ed25519PublicKey(hex: publicValue).flatMap { PublicKey($0) }
            // Older repositories name the scheme as the type.
            case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"):
                PublicKey(pem: publicValue, scheme: .ecdsaSHA256)
            case ("rsa", "rsassa-pss-sha256"): PublicKey(pem: publicValue, scheme: .rsaPSSSHA256)
            default: nil
            }
        return key?.verifies(signature, over: bytes) ?? false
    }

    /// The keys of a `keys` object by name.
    static func all(_ entries: [Node.Entry]) throws -> [String: MetadataKey] {
        var keys: [String: MetadataKey] = [:]
        for entry in entries { keys[entry.key] = try MetadataKey(entry.value) }
        return keys
    }
}
