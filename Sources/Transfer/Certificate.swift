import CCrypto
import Glibc
import Host

/// An X.509 certificate (RFC 5280), as far as trust in a server needs it.
public struct Certificate: Hashable, Sendable {
    /// Its DER form, over which fingerprints are made.
    public let der: [UInt8]
    /// Its PEM form, with one line feed at the end.
    public let pem: String
    /// The name of its owner: `CN=engine.example.org,O=example`; printable ASCII.
    public let subject: String
    /// Whether it may sign certificates.
    public let isAuthority: Bool
    /// When it is valid, in seconds since 1970.
    public let validity: ClosedRange<Int>

    /// Every certificate of a PEM text, in its order.
    ///
    /// - Parameter name: how messages name the text
    /// - Throws: `.signature` when there is none, or something between the marks is no certificate
    public static func all(pem text: [UInt8], name: String) throws -> [Certificate] {
        let noCertificate = Failure(
            .signature, "\(name) is not a certificate in PEM form",
            hint: "it begins with \"-----BEGIN CERTIFICATE-----\"")
        guard let input = BIO_new_mem_buf(text, Int32(clamping: text.count)) else { throw noCertificate }
        defer { BIO_free(input) }
        ERR_clear_error()
        var found: [Certificate] = []
        while let certificate = PEM_read_bio_X509(input, nil, nil, nil) {
            defer { X509_free(certificate) }
            guard let one = Certificate(certificate) else { throw noCertificate }
            found.append(one)
        }
        // The end of the text is an error to OpenSSL, too; it says so with the reason "no start line".
        let reason = ERR_peek_last_error() & 0x7F_FFFF
        ERR_clear_error()
        guard !found.isEmpty, Int32(truncatingIfNeeded: reason) == PEM_R_NO_START_LINE else { throw noCertificate }
        return found
    }

    private init?(_ certificate: OpaquePointer) {
        let length = i2d_X509(certificate, nil)
        guard length > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        bytes.withUnsafeMutableBufferPointer { buffer in
            var cursor = buffer.baseAddress
            _ = i2d_X509(certificate, &cursor)
        }
        der = bytes
        guard let text = Self.text({ PEM_write_bio_X509($0, certificate) }),
            let start = Self.seconds(X509_get0_notBefore(certificate)),
            let end = Self.seconds(X509_get0_notAfter(certificate)), start <= end
        else { return nil }
        pem = text
        // RFC 2253, everything beyond ASCII and all control characters escaped; some have none.
        subject = Self.text { ncrypto_print_subject($0, certificate) } ?? ""
        isAuthority = X509_check_ca(certificate) > 0
        validity = start...end
    }

    /// The hash of its DER form.
    public func fingerprint(_ algorithm: HashAlgorithm) -> Checksum { .of(der, algorithm) }

    private static func text(_ write: (OpaquePointer) -> Int32) -> String? {
        guard let output = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(output) }
        guard write(output) > 0 else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = BIO_read(output, &buffer, Int32(buffer.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<Int(count)]
        }
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return timegm(&parts)
    }
}
