import Document
public import Transfer
public import Updates

/// A key of a key folder: its public half, and where its private half is.
public struct StoredKey: Sendable {
    /// What it was made for.
    public let role: KeyRole
    /// Its name in metadata: 64 hexadecimal digits.
    public let id: String
    /// Its public half.
    public let publicKey: Ed25519PublicKey
    /// The file of the private half; nil when the folder has only the public one.
    public let privateFile: String?
    /// The file of the public half.
    public let publicFile: String

    /// The public half in metadata.
    public var metadataKey: MetadataKey { MetadataKey(ed25519: publicKey) }

    /// What people call it: `targets key 1a2b3c4d`.
    public var title: String { "\(role) key \(id.prefix(StoredKey.shortLength))" }

    /// Digits of the identifier in names of files.
    static let shortLength = 8

    /// For `--json`.
    public var json: JSONValue {
        [
            "role": .string(role.description), "id": .string(id), "publicFile": .string(publicFile),
            "privateFile": .optional(privateFile),
        ]
    }
}
