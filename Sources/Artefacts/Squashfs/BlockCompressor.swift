import CLzma
import CSquashfs
import Host
import Synchronization

/// Compresses the blocks of a squashfs, on any number of threads at once.
final class BlockCompressor: Sendable {
    /// libsquashfs's compressors, which one thread at a time may use.
    private struct Idle: @unchecked Sendable { var compressors: [UnsafeMutablePointer<sqfs_compressor_t>] = [] }

    private let compression: Squashfs.Compression
    private let blockSize: Int
    private let idle = Mutex(Idle())

    init(_ compression: Squashfs.Compression, blockSize: Int) {
        self.compression = compression
        self.blockSize = blockSize
    }

    deinit { idle.withLock { $0.compressors.forEach { nsqfs_destroy($0) } } }

    /// The compressed bytes; nil when they are not fewer.
    func compress(_ bytes: [UInt8], isCode: Bool) throws -> [UInt8]? {
        switch compression {
        case .zstd: return try withCompressor { try Self.compress(bytes, with: $0) }
        case .xz:
            let usesFilter = isCode && isSmallerFiltered(bytes)
            return try Self.xz(bytes, filtered: usesFilter, preset: 6, dictionary: blockSize)
        }
    }

    /// A compressor for the tables of the file system; the caller destroys it.
    static func forTables(_ compression: Squashfs.Compression, blockSize: Int) throws -> UnsafeMutablePointer<
        sqfs_compressor_t
    > {
        var configuration = sqfs_compressor_config_t()
        let id: SQFS_COMPRESSOR
        switch compression {
        case .zstd: id = SQFS_COMP_ZSTD
        case .xz: id = SQFS_COMP_XZ
        }
        sqfs_compressor_config_init(&configuration, id, blockSize, 0)
        switch compression {
        case .zstd(let level): configuration.level = UInt32(level)
        // What is written into the image's options: blocks may be filtered.
        case .xz: configuration.flags = UInt16(SQFS_COMP_FLAG_XZ_X86.rawValue)
        }
        var compressor: UnsafeMutablePointer<sqfs_compressor_t>?
        guard sqfs_compressor_create(&configuration, &compressor) == 0, let compressor else {
            throw Failure(.internalError, "libsquashfs cannot compress in this way: \(compression)")
        }
        return compressor
    }

    private func withCompressor<Value>(_ body: (UnsafeMutablePointer<sqfs_compressor_t>) throws -> Value) throws
        -> Value
    {
        let borrowed = idle.withLock { Idle(compressors: $0.compressors.popLast().map { [$0] } ?? []) }
        let compressor =
            try borrowed.compressors.first ?? Self.forTables(compression, blockSize: blockSize)
        let entry = Idle(compressors: [compressor])
        defer { idle.withLock { $0.compressors += entry.compressors } }
        return try body(compressor)
    }

    private static func compress(_ bytes: [UInt8], with compressor: UnsafeMutablePointer<sqfs_compressor_t>) throws
        -> [UInt8]?
    {
        var output = [UInt8](repeating: 0, count: bytes.count)
        let count = nsqfs_compress(compressor, bytes, UInt32(bytes.count), &output, UInt32(output.count))
        guard count >= 0 else { throw Failure(.internalError, "libsquashfs cannot compress a block (\(count))") }
        // 0: not smaller.
        return count == 0 || Int(count) >= bytes.count ? nil : Array(output[..<Int(count)])
    }

    /// Whether the filter for x86 code makes a block smaller, judged by eight parts of it compressed quickly.
    ///
    /// mksquashfs compresses every block twice to know, which takes twice the time for 0.1 % of the hypervisor's image.
    private func isSmallerFiltered(_ bytes: [UInt8]) -> Bool {
        let length = 1 << 15
        var sample = bytes
        if bytes.count > 8 * length {
            sample = (0..<8).flatMap { part -> ArraySlice<UInt8> in
                let start = part * (bytes.count - length) / 7
                return bytes[start..<start + length]
            }
        }
        func size(_ filtered: Bool) -> Int {
            (try? Self.xz(sample, filtered: filtered, preset: 1, dictionary: 8 * length))?.count ?? .max
        }
        return size(true) < size(false)
    }

    /// One block as an .xz stream, as the kernel wants it (Documentation/staging/xz.rst): CRC32, no larger dictionary than a block.
    private static func xz(_ bytes: [UInt8], filtered: Bool, preset: UInt32, dictionary: Int) throws -> [UInt8]? {
        var options = lzma_options_lzma()
        guard lzma_lzma_preset(&options, preset) == 0 else {
            throw Failure(.internalError, "liblzma does not know preset \(preset)")
        }
        options.dict_size = UInt32(dictionary)
        var output = [UInt8](repeating: 0, count: bytes.count)
        var position = 0
        let room = output.count
        let result = withUnsafeMutablePointer(to: &options) { options -> lzma_ret in
            let last = lzma_filter(id: nlzma_no_more_filters(), options: nil)
            let coder = lzma_filter(id: nlzma_filter_lzma2(), options: UnsafeMutableRawPointer(options))
            var filters = filtered ? [lzma_filter(id: nlzma_filter_x86(), options: nil), coder, last] : [coder, last]
            return lzma_stream_buffer_encode(
                &filters, LZMA_CHECK_CRC32, nil, bytes, bytes.count, &output, &position, room)
        }
        switch result {
        case LZMA_OK: return position < bytes.count ? Array(output[..<position]) : nil
        // It would not fit into as many bytes as it has now.
        case LZMA_BUF_ERROR: return nil
        default: throw Failure(.internalError, "liblzma cannot compress a block (\(result.rawValue))")
        }
    }
}
