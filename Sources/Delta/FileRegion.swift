import CLinux
import Glibc
import Host

/// Bytes that lie one behind the other in an open file or block device; closed when nobody has it any more.
public final class FileRegion: Sendable {
    /// The path, for messages.
    public let name: String
    /// The first byte of the region in the file.
    public let offset: Int
    /// Bytes of the region.
    public let length: Int
    private let descriptor: Int32

    /// Opens a file or a device for reading.
    ///
    /// - Parameters:
    ///   - offset: where the region begins
    ///   - length: how many bytes it has; nil for all up to the end
    /// - Throws: `.device` when it cannot be opened, or is shorter
    public init(_ path: String, offset: Int = 0, length: Int? = nil) throws {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0) }
        do {
            let size = try checkLength("read the size of \"\(path)\"") { Int(lseek(descriptor, 0, SEEK_END)) }
            let end = offset.addingReportingOverflow(length ?? max(0, size - max(0, offset)))
            guard offset >= 0, (length ?? 0) >= 0, !end.overflow, end.partialValue <= size, offset <= size else {
                throw Failure(
                    .device, "\"\(path)\" has \(size) bytes, which is less than what shall be read of it")
            }
            self.length = end.partialValue - offset
        } catch {
            close(descriptor)
            throw error
        }
        name = path
        self.offset = offset
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Fills `buffer` with the bytes from `position` of the region on; fewer at its end, or where the file has become
    /// shorter.
    ///
    /// - Returns: how many bytes were read
    func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard position >= 0, position < length, let base = buffer.baseAddress else { return 0 }
        let wanted = min(buffer.count, length - position)
        var done = 0
        while done < wanted {
            let count = try checkLength("read \"\(name)\"") {
                pread(descriptor, base + done, wanted - done, off_t(offset + position + done))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }
}
