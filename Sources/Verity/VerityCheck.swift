public import Host
import Transfer

/// Reads a root file system through its hash tree, as dm-verity does, without a mapping: for a slot that does not run.
///
/// The format is the kernel's (Documentation/admin-guide/device-mapper/verity.rst) with cryptsetup's header, version 1, SHA-256,
/// blocks of 4 KiB: what our images have.
public struct VerityCheck {
    private static let block = VerityTree.blockSize
    private static let hashesInBlock = VerityTree.hashesInBlock

    private let data: (path: String, offset: Int)
    private let tree: (path: String, offset: Int)
    private let blocks: Int
    private let salt: [UInt8]
    /// The first block of each level in the tree, that over the data first; none over a single block of data.
    private let levels: [(start: Int, count: Int)]

    /// Reads the header of a hash tree.
    ///
    /// - Parameters:
    ///   - data: the device or file of the root file system, and its first byte in that
    ///   - tree: the same of the hash tree
    /// - Throws: `.signature` when there is none
    public init(data: (path: String, offset: Int), tree: (path: String, offset: Int)) throws {
        let header = try File.read(tree.path, at: tree.offset, count: 512)
        func number(_ place: Int, _ width: Int) -> Int {
            (0..<width).reduce(0) { $0 | Int(header[place + $1]) << (8 * $1) }
        }
        let saltLength = header.count == 512 ? number(80, 2) : 0
        guard header.count == 512, Array(header[0..<8]) == Array("verity".utf8) + [0, 0], number(8, 4) == 1,
            number(12, 4) == 1,
            Array(header[32..<39]) == Array("sha256".utf8) + [0], number(64, 4) == Self.block,
            number(68, 4) == Self.block,
            saltLength <= 256, (1..<(1 << 32)).contains(number(72, 7))
        else { throw Failure(.signature, "there is no hash tree of ours in its partition") }
        self.data = data
        self.tree = tree
        blocks = number(72, 7)
        salt = Array(header[88..<88 + saltLength])
        var counts: [Int] = []
        var left = blocks
        while left > 1 {
            left = (left + Self.hashesInBlock - 1) / Self.hashesInBlock
            counts.append(left)
        }
        // The highest level comes first, behind the header.
        var place = 1
        var levels: [(start: Int, count: Int)] = []
        for count in counts.reversed() {
            levels.insert((place, count), at: 0)
            place += count
        }
        self.levels = levels
    }

    /// The root hash that the top of the tree stands for, in hexadecimal; what is below it has not been compared.
    public var rootHash: String {
        get throws {
            hash(
                try levels.last.map { try treeBlock($0.start) }
                    ?? File.read(data.path, at: data.offset, count: Self.block)
            ).hex
        }
    }

    /// Compares every block with its hash, up to the root hash.
    ///
    /// - Returns: bytes of the root file system
    /// - Throws: `.signature` at the first block that is another one
    public func run(rootHash: String, progress: ProgressSink = silent) throws -> Int {
        let phase = "verify"
        progress(.started(phase: phase, total: blocks * Self.block, unit: .bytes))
        // From the top, so that a tree that is another one is known at once.
        guard try self.rootHash == rootHash else {
            throw Failure(.signature, "the hash tree does not fit the root hash of the slot's menu entry")
        }
        for level in levels.indices.dropFirst().reversed() {
            try compare(levels[level - 1].count, with: levels[level].start, "hash tree") { first, count in
                try File.read(tree.path, at: tree.offset + (levels[level - 1].start + first) * Self.block, count: count)
            }
        }
        if let level = levels.first {
            try compare(blocks, with: level.start, "root file system") { first, count in
                progress(.advanced(phase: phase, done: first * Self.block, total: blocks * Self.block))
                return try File.read(data.path, at: data.offset + first * Self.block, count: count)
            }
        }
        progress(.finished(phase: phase, note: "\((blocks * Self.block) >> 20) MiB"))
        return blocks * Self.block
    }

    /// Compares `count` blocks with the hashes that begin in a block of the tree.
    private func compare(
        _ count: Int, with start: Int, _ what: String, _ read: (_ first: Int, _ bytes: Int) throws -> [UInt8]
    ) throws {
        for first in stride(from: 0, to: count, by: Self.hashesInBlock) {
            let hashes = try treeBlock(start + first / Self.hashesInBlock)
            let here = min(Self.hashesInBlock, count - first)
            let bytes = try read(first, here * Self.block)
            for index in 0..<here {
                let range = index * Self.block..<(index + 1) * Self.block
                let expected = hashes[index * 32..<index * 32 + 32]
                guard range.upperBound <= bytes.count, hash(bytes[range]).bytes.elementsEqual(expected) else {
                    throw Failure(
                        .signature, "block \(first + index) of the \(what) is not what was installed",
                        hint: "install or upgrade the slot anew")
                }
            }
        }
    }

    private func treeBlock(_ number: Int) throws -> [UInt8] {
        let bytes = try File.read(tree.path, at: tree.offset + number * Self.block, count: Self.block)
        guard bytes.count == Self.block else { throw Failure(.signature, "the hash tree ends too early") }
        return bytes
    }

    private func hash(_ block: some Collection<UInt8>) -> Checksum {
        var digest = Digest()
        digest.update(salt)
        digest.update(block)
        return digest.finish()
    }
}
