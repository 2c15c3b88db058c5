import CCrypto
import Host

/// A public key for Ed25519 (RFC 8032).
public struct Ed25519PublicKey: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// Nil for any other number of bytes than 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Nil when these are not 64 hexadecimal digits.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.bytes(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hexadecimal.text(bytes) }
}

/// A private key for Ed25519 (RFC 8032), with which signatures are made.
public final class Ed25519PrivateKey {
    /// The 32 secret bytes from which all else follows.
    public var seed: [UInt8] { secret.withBytes { Array($0) } }
    private let secret: SecretText
    /// The public half.
    public let publicKey: Ed25519PublicKey
    private let key: OpaquePointer

    /// The key of 32 secret bytes.
    ///
    /// - Throws: `.invalidInput` for any other number of bytes
    public convenience init(seed: [UInt8]) throws { try self.init(seed: SecretText(copying: seed)) }

    /// The key of 32 secret bytes, of which no copy stays behind.
    ///
    /// - Throws: `.invalidInput` for any other number of bytes
    public init(seed: SecretText) throws {
        guard seed.count == 32 else {
            throw Failure(.invalidInput, "a private Ed25519 key has 32 bytes, not \(seed.count)")
        }
        let key = seed.withBytes {
            EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
        }
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        guard let key, EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == bytes.count,
            let publicKey = Ed25519PublicKey(bytes: bytes)
        else {
            EVP_PKEY_free(key)
            throw Failure(.internalError, "libcrypto does not accept a private Ed25519 key")
        }
        secret = seed
        self.publicKey = publicKey
        self.key = key
    }

    /// A new key from the system's random numbers.
    public static func random() throws -> Ed25519PrivateKey {
        var seed = [UInt8](repeating: 0, count: 32)
        guard RAND_bytes(&seed, Int32(seed.count)) == 1 else {
            throw Failure(.internalError, "the system gives no random numbers for a key")
        }
        return try Ed25519PrivateKey(seed: SecretText(taking: &seed))
    }

    deinit { EVP_PKEY_free(key) }

    /// Lends the handle of libcrypto.
    func withHandle<Value>(_ body: (OpaquePointer) throws -> Value) rethrows -> Value { try body(key) }

    /// The signature over `bytes`: 64 bytes, the same each time.
    public func signature(over bytes: [UInt8]) throws -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1, count == signature.count
        else { throw Failure(.internalError, "libcrypto cannot sign with an Ed25519 key") }
        return signature
    }
}
