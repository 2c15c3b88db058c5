import CCrypt
import Glibc
import Host
import NodeConfig

/// Hashes of passwords as `/etc/shadow` has them (crypt(5)).
enum PasswordHash {
    /// A way to hash.
    struct Method {
        /// What crypt(5) calls it by: `$y$`.
        let prefix: String
        /// How much work a hash is, in the method's own unit; 0 for the library's default.
        let cost: UInt
    }

    /// The cost is a logarithm from 1 to 11; the library's default takes 16 MiB, and is what `passwd` uses on most
    /// systems.
    static let yescrypt = Method(prefix: "$y$", cost: 0)
    /// The cost is a number of rounds. The default of 5000 is that of 2007, and 100,000 still take less than a second.
    static let sha512 = Method(prefix: "$6$", cost: 100_000)
    /// Bytes; CRYPT_MAX_PASSPHRASE_SIZE of crypt(3), which counts the NUL at the end.
    static let longest = 511
    /// Bytes; CRYPT_OUTPUT_SIZE of crypt(3).
    private static let hashSize = 384

    /// The hash of a password by yescrypt, or by SHA-512 where libcrypt is too old for it (before 4.3), with a new
    /// salt.
    ///
    /// It takes about a tenth of a second, on purpose. Copies of the password that are made here are cleared; the
    /// text itself is the caller's.
    /// - Throws: `.invalidInput` for a password with a NUL, at which C would end it, or one that is too long; otherwise
    ///   when there is no libcrypt
    static func yescrypt(_ password: String) throws -> Secret { try hash(password, by: [yescrypt, sha512]) }

    /// The hash by the first of the methods that the library has.
    static func hash(_ password: String, by methods: [Method]) throws -> Secret {
        guard !password.utf8.contains(0) else { throw Failure(.invalidInput, "the password contains a NUL character") }
        guard password.utf8.count <= longest else {
            throw Failure(
                .invalidInput, "the password has \(password.utf8.count) bytes, and may have at most \(longest)")
        }
        var code = EINVAL
        for method in methods where code == EINVAL {
            var buffer = [CChar](repeating: 0, count: hashSize)
            code = call(method, password, &buffer)
            if code == 0 {
                let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                return Secret(String(decoding: text, as: UTF8.self))
            }
        }
        if code == ELIBACC {
            throw Failure(
                .internalError, "the password cannot be hashed: libcrypt is missing, or is not libxcrypt",
                hint: "install libxcrypt (Debian: libcrypt1)")
        }
        throw systemFailure(code, "hash the password")
    }

    private static func call(_ method: Method, _ password: String, _ hash: inout [CChar]) -> Int32 {
        var password = password
        // Not an array or a C string, which would be copies that stay in memory.
        return password.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                nodewright_crypt(method.prefix, method.cost, $0.baseAddress, $0.count, &hash, hash.count)
            }
        }
    }
}
