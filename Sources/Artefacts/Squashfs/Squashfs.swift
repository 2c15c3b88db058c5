import Glibc
import Host
public import Transfer

/// The root file system: a squashfs, written by libsquashfs from a list of paths that says everything about each.
///
/// Nothing is read from the build host's disk but the content of files, so the image does not depend on who builds it. Blocks
/// that an earlier image has are taken from there, compressed as they are: what has not changed costs no time.
public struct Squashfs: Sendable {
    /// How blocks are compressed.
    public enum Compression: Sendable, Equatable {
        /// Fast to read; levels 1 (fast to build) to 22 (small).
        case zstd(level: Int)
        /// Smallest, slowest to read; with the filter for x86 code where it helps.
        case xz
    }

    /// How many blocks are compressed before any of them is written: enough that no processor waits long for the others.
    private static let batch = 64

    /// How blocks are compressed.
    public var compression = Compression.zstd(level: 19)
    /// Bytes that are compressed as one: larger is smaller on disk and slower to read at random. 4 KiB to 1 MiB, a power of two.
    public var blockSize = 1 << 20
    /// Seconds since 1970: the time of the file system, and the latest that a file may have.
    public var epoch: Int
    /// Images that were made earlier, whose blocks are taken where they are the same.
    public var earlier: [String] = []
    /// Hears of the bytes of files as phase `squashfs`.
    public var progress: ProgressSink

    /// A file system whose times end at `epoch`.
    public init(epoch: Int, progress: @escaping ProgressSink = silent) {
        self.epoch = epoch
        self.progress = progress
    }

    /// Makes the file system at `path`, and beside it an index of its blocks for `earlier`.
    ///
    /// Written aside and renamed: a failure leaves what was there before.
    ///
    /// - Parameter entries: parents before what is in them, the root first
    public func write(_ entries: [SquashfsEntry], to path: String) throws {
        try Folder.create(Path.parent(path))
        let blocks = try during("writing \"\(path)\"") {
            try File.replace(path) { try write(entries, into: $0) }
        }
        try EarlierBlocks.write(blocks, of: path)
    }

    /// One block on its way into the image.
    private struct Packed: Sendable {
        let key: Checksum
        let bytes: [UInt8]
        let isCompressed: Bool
    }

    private func write(_ entries: [SquashfsEntry], into path: String) throws -> [(
        key: Checksum, offset: Int, size: Int, isCompressed: Bool
    )] {
        let tree = try SquashfsTree(entries)
        let plan = try BlockPlan(entries, blockSize: blockSize)
        let writer = try SquashfsWriter(path, compression, blockSize: blockSize, epoch: epoch)
        let compressor = BlockCompressor(compression, blockSize: blockSize)
        let known = EarlierBlocks(earlier)

        let total = plan.blocks.reduce(0) { $0 + $1.size }
        progress(.started(phase: "squashfs", total: total, unit: .bytes))
        var written: [(offset: Int, size: UInt32)] = []
        var shared: [Int: UInt32] = [:]
        var index: [(key: Checksum, offset: Int, size: Int, isCompressed: Bool)] = []
        var done = 0
        for start in stride(from: 0, to: plan.blocks.count, by: Self.batch) {
            let batch = Array(plan.blocks[start..<min(start + Self.batch, plan.blocks.count)])
            let packed = try parallelMap(batch) { try pack($0, compressor, known) }
            for (block, packed) in zip(batch, packed) {
                let place = try writer.append(packed.bytes, isCompressed: packed.isCompressed)
                if block.isShared { shared[written.count] = try writer.share(place) }
                written.append(place)
                index.append((packed.key, place.offset, packed.bytes.count, packed.isCompressed))
                done += block.size
            }
            progress(.advanced(phase: "squashfs", done: done, total: total))
        }
        try writer.finish(tree) { entry in
            guard case .regular(_, let size, let checksum) = entry.kind else { return .init() }
            var data = SquashfsWriter.FileData()
            data.size = size
            guard let place = plan.places[checksum] else { return data }
            data.start = place.blocks.first.map { written[$0].offset } ?? 0
            data.blocks = place.blocks.map { written[$0].size }
            data.fragment = place.shared.flatMap { place in shared[place.block].map { ($0, place.offset) } }
            return data
        }
        return index
    }

    private func pack(_ block: BlockPlan.Block, _ compressor: BlockCompressor, _ known: EarlierBlocks) throws -> Packed
    {
        var digest = Digest()
        // With another way to compress, this number becomes another one.
        digest.update(field: "1 \(compression) \(blockSize) \(block.isCode)")
        for piece in block.pieces { digest.update(field: "\(piece.checksum) \(piece.offset) \(piece.length)") }
        let key = digest.finish()
        if let (bytes, isCompressed) = known.block(key) {
            return Packed(key: key, bytes: bytes, isCompressed: isCompressed)
        }
        let bytes = try block.read()
        let compressed = try compressor.compress(bytes, isCode: block.isCode)
        return Packed(key: key, bytes: compressed ?? bytes, isCompressed: compressed != nil)
    }
}
