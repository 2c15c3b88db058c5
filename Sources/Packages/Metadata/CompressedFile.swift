import CSolv
import Glibc
import Host

/// Reads metadata files whatever they are compressed with (gzip, xz, bzip2, zstd; by the ending of the name).
enum CompressedFile {
    /// The whole content.
    ///
    /// - Parameter limit: more bytes than this, uncompressed, are refused: a small file can unpack to any size
    static func read(_ path: String, limit: Int = 256 << 20) throws -> [UInt8] {
        guard let stream = solv_xfopen(path, "r") else {
            throw File.exists(path)
                ? Failure(.invalidInput, "\"\(path)\" is compressed in an unknown way")
                : systemFailure(ENOENT, "open \"\(path)\"")
        }
        defer { fclose(stream) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = fread(&buffer, 1, buffer.count, stream)
            if count == 0 { break }
            content += buffer[..<count]
            if content.count > limit { throw Failure(.invalidInput, "\"\(path)\" unpacks to more than \(limit) bytes") }
        }
        if ferror(stream) != 0 { throw Failure(.invalidInput, "\"\(path)\" is damaged: it cannot be unpacked") }
        return content
    }
}
