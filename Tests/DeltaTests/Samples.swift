import Delta
import Glibc
import Host
import TestSupport

/// Contents and files that the tests share.
enum Samples {
    /// Bytes without a pattern, the same for the same seed.
    static func noise(_ count: Int, seed: Int) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes += $0 } }
        return Array(bytes[..<count])
    }

    /// Chunks of 256 bytes, so that small files have many.
    static var small: ChunkSizes { get throws { try ChunkSizes(average: 1024) } }

    /// The index of bytes in memory.
    static func index(_ bytes: [UInt8], sizes: ChunkSizes, in folder: String) throws -> ChunkIndex {
        let path = Path.join(folder, "to-index")
        try File.write(path, bytes)
        return try ChunkIndex(of: FileRegion(path), sizes: sizes)
    }

    /// Hands `body` a file that is open for reading and writing.
    static func withTarget<Value>(
        _ path: String, content: [UInt8]? = nil, _ body: (AssemblyTarget) throws -> Value
    ) throws -> Value {
        if let content { try File.write(path, content) }
        let descriptor = try check("open") { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
        defer { close(descriptor) }
        return try body(AssemblyTarget(descriptor: descriptor, name: path))
    }
}
