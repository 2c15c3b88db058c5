public import Document
import Host

/// A file of TUF metadata: what is signed, and the signatures (specification, section 4.2).
public struct SignedEnvelope: Sendable {
    /// One signature.
    public struct Signature: Hashable, Sendable {
        /// The name of the key that made it.
        public let keyID: String
        /// The signature itself; empty when its text is not hexadecimal, which then is no valid signature.
        public let bytes: [UInt8]
        /// The same as it stands in the file.
        public let text: String
        fileprivate var others: [JSONValue.Member] = []

        /// A signature.
        public init(keyID: String, bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
            text = Hexadecimal.text(bytes)
        }

        fileprivate init(_ node: Node) throws {
            var fields = try MetadataFields(node)
            keyID = try fields.string("keyid")
            text = try fields.string("sig")
            bytes = Hexadecimal.bytes(text) ?? []
            others = fields.rest
        }

        fileprivate var json: JSONValue {
            .object(
                [JSONValue.Member("keyid", .string(keyID)), JSONValue.Member("sig", .string(text))] + others)
        }
    }

    /// The file's name, for messages.
    public let name: String
    /// The bytes that are signed: `signed` in canonical form.
    public let signedBytes: [UInt8]
    /// The signatures; no two by a key of the same name.
    public private(set) var signatures: [Signature]
    private let content: Node
    private var others: [JSONValue.Member] = []

    /// Reads a file; nothing is verified.
    ///
    /// - Parameters:
    ///   - name: the file's name, for messages
    ///   - limit: a larger file, in bytes, is refused
    /// - Throws: `.invalidInput`, with the place
    public init(parsing bytes: [UInt8], name: String, limit: Int = JSON.defaultLimit) throws {
        var fields = try MetadataFields(try JSON.parse(bytes, file: name, limit: limit))
        self.name = name
        content = try fields.node("signed")
        signedBytes = try during(name) { [content] in try CanonicalJSON.bytes(JSONValue(content)) }
        signatures = []
        var seen: Set<String> = []
        for node in try fields.list("signatures") {
            let signature = try Signature(node)
            guard seen.insert(signature.keyID).inserted else {
                throw MetadataFields.failure(node, "the key \"\(signature.keyID)\" has signed twice")
            }
            signatures.append(signature)
        }
        others = fields.rest
    }

    /// New metadata without signatures.
    public init(_ role: some RoleMetadata, name: String) throws {
        self.name = name
        // Read back, so that nothing can be signed that readers refuse.
        content = try JSON.parse(JSON.bytes(role.json), file: name, limit: JSON.largestLimit)
        signedBytes = try CanonicalJSON.bytes(role.json)
        signatures = []
    }

    /// What is signed, as one kind of metadata; its signatures are another question.
    ///
    /// - Throws: `.invalidInput`, with the place
    public func role<Role: RoleMetadata>(_ type: Role.Type = Role.self) throws -> Role { try Role(content) }

    /// Adds a signature over `signedBytes`, in place of one by the same key.
    public mutating func add(_ signature: Signature) {
        signatures.removeAll { $0.keyID == signature.keyID }
        signatures.append(signature)
    }

    /// Takes the signature of a key out.
    public mutating func removeSignature(of keyID: String) { signatures.removeAll { $0.keyID == keyID } }

    /// The file for publishing.
    ///
    /// - Parameter pretty: for people to read; else without white space
    public func file(pretty: Bool = true) -> [UInt8] {
        let value = JSONValue.object(
            [
                JSONValue.Member("signatures", .array(signatures.map(\.json))),
                JSONValue.Member("signed", JSONValue(content)),
            ] + others)
        return JSON.bytes(value, pretty: pretty, sortedKeys: true)
    }

    /// The names of the keys of a role that have signed validly; of names for the same key only the first counts.
    ///
    /// - Parameter keys: the keys that the delegating metadata names
    public func validSigners(of role: RoleKeys, keys: [String: MetadataKey]) -> [String] {
        var seen: Set<String> = []
        return signatures.filter { signature in
            guard role.keyIDs.contains(signature.keyID), let key = keys[signature.keyID],
                key.verifies(signature.bytes, over: signedBytes)
            else { return false }
            return seen.insert(key.publicValue).inserted
        }.map(\.keyID)
    }
}
