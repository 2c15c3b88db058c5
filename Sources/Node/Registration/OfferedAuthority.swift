import Host
import Transfer

/// The authority that an engine shows before anybody trusts it.
public struct OfferedAuthority: Hashable, Sendable {
    /// `CN=engine.example.org.12345,O=example,C=US`; printable.
    public let subject: String
    /// Its SHA-256 fingerprint: upper-case pairs with colons.
    public let sha256: String
    /// Its SHA-1 fingerprint, which old engines show.
    public let sha1: String

    init(_ certificate: Certificate) {
        subject = PlainText.printable(certificate.subject)
        sha256 = certificate.fingerprint(.sha256).pairs
        sha1 = certificate.fingerprint(.sha1).pairs
    }

    /// The certificates of a file as PEM text, without anything between them.
    ///
    /// - Throws: when the file cannot be read, or has something else in it
    public static func pem(file: String) throws -> String {
        let bytes = try File.read(file, limit: 65536)
        return try Certificate.all(pem: bytes, name: "\"\(file)\"").map(\.pem).joined()
    }
}
