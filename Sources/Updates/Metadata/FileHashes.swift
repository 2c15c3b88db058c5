import Document
import Host
public import Transfer

/// The hashes of a file by the name of their function: `sha256` (specification, section 4.4).
public struct FileHashes: Hashable, Sendable {
    /// All of them as they are written, those of functions that are not known here, too.
    public let values: [String: String]
    /// Those that can be verified; a file that has none of them cannot be accepted.
    public let checksums: [Checksum]

    /// Hashes that were computed here, of each function the first; nil without one of SHA-256 or SHA-512.
    public init?(_ checksums: [Checksum]) {
        self.checksums = Self.functions.values.compactMap { function in
            checksums.first { $0.algorithm == function }
        }.sorted { $0.algorithm.rawValue < $1.algorithm.rawValue }
        guard !self.checksums.isEmpty else { return nil }
        values = Dictionary(uniqueKeysWithValues: self.checksums.map { ($0.algorithm.rawValue, $0.hex) })
    }

    /// - Throws: `.invalidInput` when there is none at all, or one that is known here is malformed
    init(_ node: Node) throws {
        guard let entries = node.mapping else {
            throw MetadataFields.failure(node, "\"hashes\" must be an object, but is \(node.kind)")
        }
        var values: [String: String] = [:]
        var checksums: [Checksum] = []
        for entry in entries {
            let text = try MetadataFields.string(entry.value, entry.key)
            values[entry.key] = text
            guard let function = Self.functions[entry.key] else { continue }
            guard let checksum = Checksum(function, hex: text) else {
                throw MetadataFields.failure(entry.value, "this is no \(entry.key) hash: \"\(text)\"")
            }
            checksums.append(checksum)
        }
        guard !values.isEmpty else { throw MetadataFields.failure(node, "at least one hash is needed") }
        self.values = values
        self.checksums = checksums
    }

    /// What is strong enough; SHA-1 is not.
    private static let functions: [String: HashAlgorithm] = ["sha256": .sha256, "sha512": .sha512]

    /// The object for a file.
    var json: JSONValue { .object(values.mapValues { .string($0) }) }

    /// In what `bytes` differ, in words; nil when they have every hash.
    public func mismatch(_ bytes: [UInt8]) -> String? {
        guard !checksums.isEmpty else { return Self.unverifiable }
        let wrong = checksums.first { Checksum.of(bytes, $0.algorithm) != $0 }
        return wrong.map { "its \($0.algorithm.rawValue) hash is not \($0.hex)" }
    }

    /// What is said about a file without a hash that is known here.
    static let unverifiable = "none of its hashes can be verified, sha256 or sha512 is needed"
}
