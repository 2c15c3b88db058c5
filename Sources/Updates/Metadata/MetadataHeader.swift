public import Document
import Host

/// The four kinds of metadata (specification, section 4): what `_type` says.
public enum MetadataKind: String, Sendable, CaseIterable {
    case root, timestamp, snapshot, targets
}

/// What every kind of metadata begins with (specification, section 4.3).
public struct MetadataHeader: Hashable, Sendable {
    /// The version of the specification that the writer follows: `1.0.33`.
    public var specification: String
    /// The version of this metadata, from 1 on.
    public var version: Int
    /// When it expires.
    public var expires: Expiry

    /// The version of the specification that is written here.
    public static let ownSpecification = "1.0.33"

    /// A beginning.
    public init(version: Int, expires: Expiry, specification: String = ownSpecification) {
        self.specification = specification
        self.version = version
        self.expires = expires
    }

    /// - Throws: `.invalidInput` for another kind, another major version of the specification, or a field that is malformed
    init(_ fields: inout MetadataFields, kind: MetadataKind) throws {
        let typeNode = try fields.node("_type")
        guard typeNode.string == kind.rawValue else {
            let found = typeNode.string.map { "\"\($0)\"" } ?? typeNode.kind
            throw MetadataFields.failure(typeNode, "this is not \(kind.rawValue) metadata, but \(found)")
        }
        let specificationNode = try fields.node("spec_version")
        specification = try MetadataFields.string(specificationNode, "spec_version")
        guard Self.isSupported(specification) else {
            throw MetadataFields.failure(
                specificationNode, "version \"\(specification)\" of the specification is not supported, only 1.x is")
        }
        version = try fields.integer("version", least: 1)
        let expiresNode = try fields.node("expires")
        guard let expiry = Expiry(try MetadataFields.string(expiresNode, "expires")) else {
            throw MetadataFields.failure(expiresNode, "\"expires\" must be a time like 2030-01-31T12:00:00Z")
        }
        expires = expiry
    }

    /// `1.0` and `1.0.33`, not `2.0`, `1` or `1.0.0-rc`.
    private static func isSupported(_ version: String) -> Bool {
        let parts = version.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, parts[0].elementsEqual("1".utf8) else { return false }
        return parts.allSatisfy { part in
            !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }

    /// The fields of the beginning.
    func members(_ kind: MetadataKind) -> [JSONValue.Member] {
        [
            JSONValue.Member("_type", .string(kind.rawValue)),
            JSONValue.Member("spec_version", .string(specification)),
            JSONValue.Member("version", .integer(version)),
            JSONValue.Member("expires", .string(expires.description)),
        ]
    }
}

/// One of the four kinds of metadata.
public protocol RoleMetadata: Hashable, Sendable {
    /// Which kind it is.
    static var kind: MetadataKind { get }
    /// Version and expiry.
    var header: MetadataHeader { get set }
    /// Reads the `signed` part of a file.
    ///
    /// - Throws: `.invalidInput`, with the place
    init(_ signed: Node) throws
    /// The `signed` part for a file, with the fields that were not known when it was read.
    var json: JSONValue { get }
}

extension RoleMetadata {
    /// The version, from 1 on.
    public var version: Int { header.version }
    /// When it expires.
    public var expires: Expiry { header.expires }
}
