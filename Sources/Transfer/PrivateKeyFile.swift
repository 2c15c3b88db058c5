import CCrypto
import Glibc
import Host

/// An Ed25519 private key as text that `openssl pkey`, python's cryptography and others read, too: PKCS #8 (RFC 5208, RFC 8410)
/// in PEM, encrypted with a passphrase (RFC 8018: PBES2 with scrypt and AES-256-CBC) or as it is.
public enum PrivateKeyFile {
    /// Bytes of a private key before it is encoded (RFC 8032).
    private static let seedLength = 32
    /// No key file is longer, in bytes.
    public static let limit = 16 << 10

    // What OWASP recommends for the 16 MiB that libcrypto allows when it reads the file again: a third of a second for a guess.
    private static let cost: UInt64 = 1 << 14
    private static let blockSize: UInt64 = 8
    private static let parallelism: UInt64 = 5

    /// The text of a key.
    ///
    /// - Parameter passphrase: nil writes the key as it is
    public static func text(_ key: Ed25519PrivateKey, passphrase: SecretText?) throws -> [UInt8] {
        guard let output = BIO_new(BIO_s_secmem()), let plain = key.withHandle({ EVP_PKEY2PKCS8($0) }) else {
            throw unusable("encode a key")
        }
        defer {
            BIO_free(output)
            PKCS8_PRIV_KEY_INFO_free(plain)
        }
        guard let passphrase else {
            guard PEM_write_bio_PKCS8_PRIV_KEY_INFO(output, plain) == 1 else { throw unusable("encode a key") }
            return content(output)
        }
        guard
            let method = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nil, 0, nil, cost, blockSize, parallelism)
        else { throw unusable("encrypt a key") }
        let encrypted = passphrase.withBytes {
            PKCS8_set0_pbe($0.bindMemory(to: CChar.self).baseAddress, Int32(clamping: $0.count), plain, method)
        }
        guard let encrypted else {
            X509_ALGOR_free(method)
            throw unusable("encrypt a key")
        }
        // The method belongs to it now.
        defer { X509_SIG_free(encrypted) }
        guard PEM_write_bio_PKCS8(output, encrypted) == 1 else { throw unusable("encode a key") }
        return content(output)
    }

    /// Whether a text is a key that needs a passphrase.
    public static func isEncrypted(_ text: [UInt8]) -> Bool {
        String(decoding: text, as: UTF8.self).contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    }

    /// The key of a text; nil when the passphrase does not open it.
    ///
    /// - Parameter name: how messages name the text
    /// - Throws: `.invalidInput` when the text is something else than an Ed25519 key
    public static func key(_ text: [UInt8], passphrase: SecretText?, name: String) throws -> Ed25519PrivateKey? {
        let noKey = Failure(
            .invalidInput, "\(name) is not an Ed25519 private key in PEM form",
            hint: "\"nodewright keys generate\" makes one")
        guard text.count <= limit, let input = BIO_new_mem_buf(text, Int32(clamping: text.count)) else { throw noKey }
        defer {
            BIO_free(input)
            ERR_clear_error()
        }
        guard isEncrypted(text) else {
            // Without a function to ask, libcrypto would ask at the terminal.
            guard let key = PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in -1 }, nil) else { throw noKey }
            defer { EVP_PKEY_free(key) }
            return try ed25519(key, noKey)
        }
        guard let encrypted = PEM_read_bio_PKCS8(input, nil, { _, _, _, _ in -1 }, nil) else { throw noKey }
        defer { X509_SIG_free(encrypted) }
        guard let passphrase else { return nil }
        let plain = passphrase.withBytes {
            PKCS8_decrypt(encrypted, $0.bindMemory(to: CChar.self).baseAddress, Int32(clamping: $0.count))
        }
        guard let plain else { return nil }
        defer { PKCS8_PRIV_KEY_INFO_free(plain) }
        guard let key = EVP_PKCS82PKEY(plain) else { throw noKey }
        defer { EVP_PKEY_free(key) }
        return try ed25519(key, noKey)
    }

    private static func ed25519(_ key: OpaquePointer, _ other: Failure) throws -> Ed25519PrivateKey {
        var bytes = [UInt8](repeating: 0, count: seedLength)
        var length = bytes.count
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519,
            EVP_PKEY_get_raw_private_key(key, &bytes, &length) == 1, length == seedLength
        else { throw other }
        return try Ed25519PrivateKey(seed: SecretText(taking: &bytes))
    }

    private static func content(_ output: OpaquePointer) -> [UInt8] {
        var bytes: [UInt8] = []
        // No reallocation may leave a copy of a key behind.
        bytes.reserveCapacity(limit)
        var buffer = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = BIO_read(output, &buffer, Int32(buffer.count))
            guard count > 0 else { break }
            bytes += buffer[..<Int(count)]
        }
        buffer.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        return bytes
    }

    private static func unusable(_ activity: String) -> Failure {
        ERR_clear_error()
        return Failure(.internalError, "libcrypto could not \(activity)")
    }
}
