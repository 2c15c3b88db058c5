import Disks
import Host
public import Transfer

/// The hash tree by which dm-verity checks every block of a root file system when it is read: format 1 with SHA-256 and
/// blocks of 4096 bytes (the kernel's Documentation/admin-guide/device-mapper/verity.rst).
///
/// The same bytes as those of `veritysetup format`, which no node has.
public struct VerityTree: Sendable, Equatable {
    /// Bytes of a block of data and of a block of hashes.
    public static let blockSize = 4096
    private static let hashSize = 32
    static let hashesInBlock = blockSize / hashSize

    /// The tree as it lies on its partition: a header of one block, then the hashes, those of the fewest blocks first.
    public let bytes: [UInt8]
    /// The hash over all, in hexadecimal, which the kernel command line names.
    public let rootHash: String
    private let seed: Seed

    /// The salt and the identifier that a root file system's tree has, so that each tree of it is the same.
    public struct Seed: Sendable, Hashable {
        let salt: [UInt8]
        let identifier: UUID

        /// - Parameter checksum: of the root file system
        public init(_ checksum: Checksum) {
            func derived(_ name: String) -> [UInt8] {
                var digest = Digest()
                digest.update(field: "hash tree: \(name)")
                digest.update(field: checksum.hex)
                return digest.finish().bytes
            }
            salt = derived("salt")
            identifier = UUID(digest: derived("uuid"))
        }
    }

    /// Makes the tree of `size` bytes, a multiple of 4096.
    ///
    /// - Parameters:
    ///   - read: gives the bytes at an offset; it is called in order, with at most 1 MiB at a time
    ///   - progress: hears how many bytes have been hashed
    /// - Throws: what `read` throws, and when it gives too little
    public init(
        size: Int, seed: Seed, progress: (_ done: Int) -> Void = { _ in },
        read: (_ offset: Int, _ count: Int) throws -> [UInt8]
    ) throws {
        guard size > 0, size % Self.blockSize == 0 else {
            throw Failure(.invalidInput, "a root file system of \(size) bytes does not consist of whole blocks")
        }
        var level: [UInt8] = []
        level.reserveCapacity(size / Self.blockSize * Self.hashSize)
        for offset in stride(from: 0, to: size, by: 1 << 20) {
            let count = min(1 << 20, size - offset)
            let piece = try read(offset, count)
            guard piece.count == count else {
                throw Failure(.device, "the root file system ends at byte \(offset + piece.count) instead of \(size)")
            }
            level += Self.hashes(piece, seed.salt)
            progress(offset + count)
        }
        var levels: [[UInt8]] = []
        while level.count > Self.hashSize {
            level += [UInt8](repeating: 0, count: (Self.blockSize - level.count % Self.blockSize) % Self.blockSize)
            levels.append(level)
            level = Self.hashes(level, seed.salt)
        }
        guard let rootHash = Checksum(.sha256, bytes: level) else {
            throw Failure(.internalError, "the hash tree ends in \(level.count) bytes")
        }
        bytes = Self.header(blocks: size / Self.blockSize, seed) + levels.reversed().joined()
        self.rootHash = rootHash.hex
        self.seed = seed
    }

    /// The tree that the same root file system has, to be compared with another one.
    ///
    /// - Parameter other: gives salt and identifier
    public init(
        size: Int, like other: VerityTree, progress: (_ done: Int) -> Void = { _ in },
        read: (_ offset: Int, _ count: Int) throws -> [UInt8]
    ) throws {
        try self.init(size: size, seed: other.seed, progress: progress, read: read)
    }

    /// The bytes that a tree protects, as its header says; nil when there is no header.
    public static func dataSize(header: [UInt8]) -> Int? {
        guard header.count >= 512, header.starts(with: Array("verity\0\0".utf8)) else { return nil }
        func number(_ place: Int, _ width: Int) -> Int {
            (0..<width).reduce(0) { $0 | Int(header[place + $1]) << (8 * $1) }
        }
        let (size, overflow) = number(64, 4).multipliedReportingOverflow(by: number(72, 6))
        return overflow || size <= 0 ? nil : size
    }

    /// The salt of a tree in hexadecimal digits, as its header says; nil when there is no header.
    public static func salt(header: [UInt8]) -> String? {
        guard header.count >= 512, header.starts(with: Array("verity\0\0".utf8)) else { return nil }
        let length = Int(header[80]) | Int(header[81]) << 8
        guard length <= 256 else { return nil }
        return header[88..<88 + length].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func hashes(_ bytes: [UInt8], _ salt: [UInt8]) -> [UInt8] {
        var found: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: blockSize) {
            var digest = Digest()
            digest.update(salt)
            digest.update(bytes[start..<start + blockSize])
            found += digest.finish().bytes
        }
        return found
    }

    /// `struct verity_sb` of cryptsetup (lib/verity/verity.c), in a block of its own.
    private static func header(blocks: Int, _ seed: Seed) -> [UInt8] {
        func little(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var header = Array("verity\0\0".utf8) + little(1, 4) + little(1, 4) + seed.identifier.bytes
        header += Array("sha256".utf8) + [UInt8](repeating: 0, count: 26)
        header += little(blockSize, 4) + little(blockSize, 4) + little(blocks, 8) + little(seed.salt.count, 2)
        header += [UInt8](repeating: 0, count: 6) + seed.salt
        return header + [UInt8](repeating: 0, count: blockSize - header.count)
    }
}
