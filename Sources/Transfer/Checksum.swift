import CCrypto
import CLinux
import Glibc
import Host

/// A cryptographic hash function that repositories and locks use.
public enum HashAlgorithm: String, Sendable, CaseIterable {
    case sha1, sha256, sha512

    /// Reads the names that repository metadata uses; `sha` means SHA-1 there (createrepo). Nil for an unknown or weaker one.
    public init?(metadataName: String) {
        switch metadataName.lowercased() {
        case "sha", "sha1": self = .sha1
        case "sha256": self = .sha256
        case "sha512": self = .sha512
        default: return nil
        }
    }

    /// The length of the hash in hexadecimal digits.
    public var digits: Int {
        switch self {
        case .sha1: 40
        case .sha256: 64
        case .sha512: 128
        }
    }

    fileprivate var implementation: OpaquePointer? {
        switch self {
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        case .sha512: EVP_sha512()
        }
    }
}

/// A hash value that a file is expected to have.
public struct Checksum: Sendable, Hashable, CustomStringConvertible {
    /// The function.
    public let algorithm: HashAlgorithm
    /// The value itself.
    public let bytes: [UInt8]

    /// Nil when the digits are not hexadecimal or of the wrong number.
    public init?(_ algorithm: HashAlgorithm, hex: String) {
        guard let bytes = Hexadecimal.bytes(hex) else { return nil }
        self.init(algorithm, bytes: bytes)
    }

    /// Nil when there are not as many bytes as the algorithm gives.
    public init?(_ algorithm: HashAlgorithm, bytes: [UInt8]) {
        guard bytes.count * 2 == algorithm.digits else { return nil }
        self.init(algorithm, bytes)
    }

    fileprivate init(_ algorithm: HashAlgorithm, _ bytes: [UInt8]) {
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// Lower-case hexadecimal digits, as many as the algorithm has.
    public var hex: String { Hexadecimal.text(bytes) }

    /// `sha256:0123…`
    public var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The checksum of bytes in memory.
    public static func of(_ bytes: some Collection<UInt8>, _ algorithm: HashAlgorithm = .sha256) -> Checksum {
        var digest = Digest(algorithm)
        digest.update(bytes)
        return digest.finish()
    }

    /// The checksum of a file's content.
    public static func of(file path: String, _ algorithm: HashAlgorithm = .sha256) throws -> Checksum {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        var digest = Digest(algorithm)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = try checkLength("read \"\(path)\"") {
                buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return digest.finish() }
            digest.update(buffer[..<count])
        }
    }
}

/// A hash being computed piece by piece (libcrypto's `EVP_Digest*`).
public struct Digest: ~Copyable {
    private let algorithm: HashAlgorithm
    private let context: OpaquePointer?

    /// An empty hash.
    public init(_ algorithm: HashAlgorithm = .sha256) {
        self.algorithm = algorithm
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, algorithm.implementation, nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable {
            _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count)
        }
        if done == nil { Array(bytes).withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) } }
    }

    /// Adds text, and an end mark, so that ("ab", "c") and ("a", "bc") differ.
    public mutating func update(field text: String) {
        update(Array(text.utf8))
        update([0])
    }

    /// The value of everything added; the hash must not be used afterwards.
    public mutating func finish() -> Checksum {
        var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &value, &length)
        return Checksum(algorithm, Array(value[..<Int(length)]))
    }
}
