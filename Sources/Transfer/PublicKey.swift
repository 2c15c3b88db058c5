import CCrypto
import Glibc
import Host

/// A public key that verifies signatures (libcrypto's `EVP_DigestVerify`).
public final class PublicKey {
    /// How signatures are made with a key that is written in PEM form.
    public enum Scheme: Sendable {
        /// ECDSA over the curve P-256 with SHA-256, in DER form.
        case ecdsaSHA256
        /// RSASSA-PSS with SHA-256 for message and mask, and a salt of 32 bytes; keys have at least 2048 bits.
        case rsaPSSSHA256
    }

    private let key: OpaquePointer
    private let scheme: Scheme?

    /// Nil when the system's libcrypto does not know Ed25519.
    public init?(_ key: Ed25519PublicKey) {
        guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key.bytes, key.bytes.count) else {
            return nil
        }
        self.key = key
        scheme = nil
    }

    /// Nil when the text is no public key in PEM form (`-----BEGIN PUBLIC KEY-----`) that fits the scheme.
    public init?(pem: String, scheme: Scheme) {
        let text = Array(pem.utf8)
        // The largest key that OpenSSL uses, RSA with 16384 bits, has 2800 bytes.
        guard text.count <= 16_384, let input = BIO_new_mem_buf(text, Int32(clamping: text.count)) else { return nil }
        defer { BIO_free(input) }
        defer { ERR_clear_error() }
        guard let key = PEM_read_bio_PUBKEY(input, nil, nil, nil) else { return nil }
        guard Self.fits(key, scheme) else {
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
        self.scheme = scheme
    }

    deinit { EVP_PKEY_free(key) }

    private static func fits(_ key: OpaquePointer, _ scheme: Scheme) -> Bool {
        switch scheme {
        case .ecdsaSHA256:
            var name = [CChar](repeating: 0, count: 64)
            return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC
                && EVP_PKEY_get_group_name(key, &name, name.count, nil) == 1
                && strcmp(name, "prime256v1") == 0
        case .rsaPSSSHA256:
            return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) >= 2048
        }
    }

    /// Whether the signature over `bytes` was made with the private half of this key.
    public func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        defer { ERR_clear_error() }
        var options: OpaquePointer?
        guard EVP_DigestVerifyInit(context, &options, scheme == nil ? nil : EVP_sha256(), nil, key) == 1 else {
            return false
        }
        if case .rsaPSSSHA256 = scheme {
            guard EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1,
                EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1
            else { return false }
        }
        return EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
    }
}
