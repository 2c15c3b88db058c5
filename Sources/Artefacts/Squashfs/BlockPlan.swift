import Host
import Transfer

/// Which parts of which files are compressed together, and in which order they lie in the image.
///
/// A file larger than a block has blocks of its own. Smaller ones share blocks ("fragments"): programs and libraries with their
/// like, because they compress better together. Where a shared block ends depends on the names of the files near its end, so that
/// a file which grows moves its neighbours, and not everything behind it: the blocks after that are the same as in the image before.
struct BlockPlan {
    /// A part of a file.
    struct Piece: Sendable {
        /// Where the file is on the build host.
        let content: String
        let checksum: Checksum
        let offset: Int
        let length: Int
    }

    /// What is compressed as one.
    struct Block: Sendable {
        var pieces: [Piece] = []
        /// Whether it is machine code.
        let isCode: Bool
        let isShared: Bool

        var size: Int { pieces.reduce(0) { $0 + $1.length } }

        /// Its bytes.
        func read() throws -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(size)
            for piece in pieces {
                let part = try File.read(piece.content, at: piece.offset, count: piece.length)
                guard part.count == piece.length else {
                    throw Failure(.device, "\"\(piece.content)\" has become smaller while it was read")
                }
                bytes += part
            }
            return bytes
        }
    }

    /// Where a file lies.
    struct Place {
        /// Its own blocks.
        var blocks: Range<Int> = 0..<0
        /// The block that it shares, and where it begins there.
        var shared: (block: Int, offset: Int)?
    }

    /// The blocks, in the order of the image.
    private(set) var blocks: [Block] = []
    /// Where each content lies; an empty one lies nowhere.
    private(set) var places: [Checksum: Place] = [:]

    private let blockSize: Int

    /// - Parameter entries: in the order in which they shall lie
    init(_ entries: [SquashfsEntry], blockSize: Int) throws {
        self.blockSize = blockSize
        // Blocks that are not full yet, by `isCode`.
        var open: [Bool: (block: Block, files: [Checksum])] = [:]
        for entry in entries {
            guard case .regular(let content, let size, let checksum) = entry.kind, size > 0, places[checksum] == nil
            else {
                continue
            }
            let isCode = try Self.isCode(content)
            if size >= blockSize {
                let first = blocks.count
                for offset in stride(from: 0, to: size, by: blockSize) {
                    let piece = Piece(
                        content: content, checksum: checksum, offset: offset, length: min(blockSize, size - offset))
                    blocks.append(Block(pieces: [piece], isCode: isCode, isShared: false))
                }
                places[checksum] = Place(blocks: first..<blocks.count)
                continue
            }
            places[checksum] = Place()
            var (block, files) = open[isCode] ?? (Block(isCode: isCode, isShared: true), [])
            if block.size + size > blockSize {
                close(block, files)
                (block, files) = (Block(isCode: isCode, isShared: true), [])
            }
            block.pieces.append(Piece(content: content, checksum: checksum, offset: 0, length: size))
            files.append(checksum)
            // Seven eighths at least, and then where one name in eight says so.
            if block.size * 8 >= blockSize * 7,
                Checksum.of(Array(entry.path.utf8)).hex.utf8.first.map({ $0 & 3 == 0 }) ?? false
            {
                close(block, files)
                (block, files) = (Block(isCode: isCode, isShared: true), [])
            }
            open[isCode] = (block, files)
        }
        for isCode in [true, false] {
            if let (block, files) = open[isCode], !files.isEmpty { close(block, files) }
        }
    }

    private mutating func close(_ block: Block, _ files: [Checksum]) {
        var offset = 0
        for (file, piece) in zip(files, block.pieces) {
            places[file]?.shared = (blocks.count, offset)
            offset += piece.length
        }
        blocks.append(block)
    }

    /// Whether a file is a program, a library or a kernel module (ELF).
    private static func isCode(_ path: String) throws -> Bool {
        try File.read(path, at: 0, count: 4) == [0x7F] + Array("ELF".utf8)
    }
}
