import Glibc
import Host

/// A disk or an image file that is written to at offsets.
///
/// What is not written in a new image file takes no space (a sparse file).
public final class DiskFile {
    private static let piece = 1 << 20

    private let path: String
    private let descriptor: Int32

    /// Makes an image file of `size` bytes that holds nothing; what stood there before is gone.
    public static func create(_ path: String, size: Int) throws -> DiskFile {
        let file = try DiskFile(path, flags: O_CREAT | O_TRUNC)
        try check("write \"\(path)\"") { ftruncate(file.descriptor, off_t(size)) }
        return file
    }

    /// Opens an existing disk or image file.
    public convenience init(_ path: String) throws { try self.init(path, flags: 0) }

    /// Opens a file, which is made when it is missing and stays as it is otherwise.
    public static func openOrCreate(_ path: String) throws -> DiskFile { try DiskFile(path, flags: O_CREAT) }

    private init(_ path: String, flags: Int32) throws {
        self.path = path
        descriptor = try check("open \"\(path)\"") { Glibc.open(path, O_RDWR | O_CLOEXEC | flags, 0o644) }
    }

    deinit { close(descriptor) }

    /// Writes bytes at an offset.
    public func write(_ bytes: some Collection<UInt8>, at offset: Int) throws {
        try Array(bytes).withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                done += try checkLength("write \"\(path)\"") {
                    pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
                }
            }
        }
    }

    /// Reads `count` bytes at an offset; fewer at the end of the file.
    public func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = try checkLength("read \"\(path)\"") { pread(descriptor, &bytes, count, off_t(offset)) }
        return Array(bytes.prefix(length))
    }

    /// Writes the content of a file at an offset; pieces of 1 MiB that are all zeros are left out when the target is new.
    ///
    /// - Parameter skipsZeros: whether the target is known to be empty
    public func write(contentOf source: String, at offset: Int, skipsZeros: Bool) throws {
        let input = try check("open \"\(source)\"") { Glibc.open(source, O_RDONLY | O_CLOEXEC) }
        defer { close(input) }
        var buffer = [UInt8](repeating: 0, count: Self.piece)
        var place = 0
        while true {
            let length = try checkLength("read \"\(source)\"") { Glibc.read(input, &buffer, Self.piece) }
            if length == 0 { return }
            if !(skipsZeros && Self.isZero(buffer, length)) {
                try write(buffer[..<length], at: offset + place)
            }
            place += length
        }
    }

    /// Whether the first `length` bytes, at least one, are zeros: the first is, and each equals the one before it.
    private static func isZero(_ bytes: [UInt8], _ length: Int) -> Bool {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, buffer[0] == 0 else { return false }
            return memcmp(start, start + 1, length - 1) == 0
        }
    }

    /// Writes zeros.
    public func clear(_ count: Int, at offset: Int) throws {
        let zeros = [UInt8](repeating: 0, count: min(count, Self.piece))
        for start in stride(from: 0, to: count, by: Self.piece) {
            try write(zeros.prefix(count - start), at: offset + start)
        }
    }

    /// Makes everything that was written durable.
    public func sync() throws { try check("write \"\(path)\"") { fsync(descriptor) } }

    /// Lets go of what is kept in memory of it, so that the next reader asks the disk.
    public func forgetCached() throws {
        try sync()
        // What is still in use elsewhere stays; there is no error that would matter.
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    }
}
