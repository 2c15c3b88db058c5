/// The fingerprint of a certificate: SHA-256 or SHA-1 over its DER form.
///
/// Written as hexadecimal digits, upper or lower case, with a colon between every two or with none.
public struct CertificateFingerprint: Hashable, Sendable, CustomStringConvertible {
    /// Its 32 (SHA-256) or 20 (SHA-1) bytes.
    public let bytes: [UInt8]

    /// The fingerprint in `text`; nil when it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        let digits = parts.joined().utf8.compactMap { byte in Character(UnicodeScalar(byte)).hexDigitValue }
        guard digits.count == parts.joined().utf8.count, digits.count == 64 || digits.count == 40 else { return nil }
        bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// `SHA-256` or `SHA-1`.
    public var algorithm: String { bytes.count == 32 ? "SHA-256" : "SHA-1" }

    /// Upper-case pairs with colons, as oVirt Engine shows them.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }
}
