import Host
public import NodeConfig
import Transfer

/// The authority that an engine shows before anybody trusts it.
public struct OfferedAuthority: Hashable, Sendable {
    /// `CN=engine.example.org.12345,O=example,C=US`; printable.
    public let subject: String
    /// Its SHA-256 fingerprint: upper-case pairs with colons.
    public let sha256: String
    /// Its SHA-1 fingerprint, which old engines show.
    public let sha1: String

    /// An authority of which all is known.
    public init(subject: String, sha256: String, sha1: String) {
        self.subject = PlainText.printable(subject)
        self.sha256 = sha256
        self.sha1 = sha1
    }

    init(_ certificate: Certificate) {
        subject = PlainText.printable(certificate.subject)
        sha256 = certificate.fingerprint(.sha256).pairs
        sha1 = certificate.fingerprint(.sha1).pairs
    }

    /// Asks an engine for its authority, without trusting it.
    ///
    /// - Parameter timeout: seconds that one request may take
    /// - Throws: `.network` when it does not answer, `.incompatible` when it is no engine, `.invalidInput` without an address
    public static func ask(_ settings: EngineSettings, timeout: Int) throws -> OfferedAuthority {
        guard let engine = EngineLocation(settings) else { throw Failure(.invalidInput, "no engine is named") }
        let client = try WebClient(.unchecked, timeout: timeout)
        return OfferedAuthority(try HostRegisterService(engine: engine, client: client).authority())
    }

    /// The certificates of a file as PEM text, without anything between them.
    ///
    /// - Throws: when the file cannot be read, or has something else in it
    public static func pem(file: String) throws -> String {
        let bytes = try File.read(file, limit: 65536)
        return try Certificate.all(pem: bytes, name: "\"\(file)\"").map(\.pem).joined()
    }
}
