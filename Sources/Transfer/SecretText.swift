import CCrypto
import Glibc
import Host

/// Bytes that nobody may see: a passphrase, the private half of a key. Wiped from memory with the last owner; never described.
public final class SecretText: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// A longer secret is a mistake: another file was named.
    public static let limit = 4096

    // Written in the initializer and wiped in `deinit` only, where nobody else has it.
    private nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer

    /// A copy of bytes, which the caller wipes if that matters.
    public init(copying bytes: UnsafeRawBufferPointer) {
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        memory.copyMemory(from: bytes)
    }

    /// Takes bytes over and wipes the array.
    public convenience init(taking bytes: inout [UInt8]) {
        self.init(copying: bytes)
        bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        bytes = []
    }

    /// A copy of bytes, which the caller wipes if that matters.
    public init(copying bytes: [UInt8]) {
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        bytes.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    /// How many bytes there are.
    public var count: Int { memory.count }

    /// Lends the bytes for the time of a call.
    public func withBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try body(UnsafeRawBufferPointer(memory))
    }

    /// Says nothing.
    public var description: String { "(secret)" }
    /// Says nothing.
    public var debugDescription: String { "(secret)" }
}
