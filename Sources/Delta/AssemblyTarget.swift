import CLinux
import Glibc
import Host

/// Where a file is assembled: a file, or a place on a disk that is at least as large.
public struct AssemblyTarget: Sendable {
    /// The path, for messages.
    public let name: String
    private let descriptor: Int32
    private let offset: Int
    private let capacity: Int?

    /// - Parameters:
    ///   - descriptor: open for reading and writing, and left open; neither its position nor its length matters
    ///   - name: the path, for messages
    ///   - offset: where the first byte goes
    ///   - capacity: how many bytes may be written from there on; nil for all of a device, or a file that ends with
    ///     them
    public init(descriptor: Int32, name: String, offset: Int = 0, capacity: Int? = nil) {
        self.descriptor = descriptor
        self.name = name
        self.offset = offset
        self.capacity = capacity
    }

    private var isPlainFile: Bool {
        get throws {
            var status = stat()
            try check("read \"\(name)\"") { fstat(descriptor, &status) }
            return status.st_mode & S_IFMT == S_IFREG
        }
    }

    /// Refuses a target that is too small.
    ///
    /// - Throws: `.device`
    func checkRoom(for length: Int) throws {
        var room = capacity
        if room == nil, try !isPlainFile {
            room = try checkLength("read the size of \"\(name)\"") { Int(lseek(descriptor, 0, SEEK_END)) } - offset
        }
        guard let room, room < length else { return }
        throw Failure(
            .device, "\"\(name)\" has room for \(room) bytes, and \(length) are needed",
            hint: "the slot is too small for this version")
    }

    /// Fills `buffer` with what is there from `position` on; fewer bytes at the end of a file.
    func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < buffer.count, let base = buffer.baseAddress {
            let count = try checkLength("read \"\(name)\"") {
                pread(descriptor, base + done, buffer.count - done, off_t(offset + position + done))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Bytes after which the disk begins to work, while more are fetched and compared.
    private static let stretch = 4 << 20

    /// Writes all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            done += try checkLength("write \"\(name)\"") {
                pwrite(descriptor, base + done, bytes.count - done, off_t(offset + position + done))
            }
        }
        let (first, next) = (position / Self.stretch, (position + bytes.count) / Self.stretch)
        guard next > first else { return }
        // It only saves time; `finish` waits for all of it, and hears of errors.
        _ = nlinux_begin_writing(descriptor, Int64(offset + first * Self.stretch), Int64((next - first) * Self.stretch))
    }

    /// Makes everything durable; a file that may end there ends behind `length` bytes.
    func finish(_ length: Int) throws {
        if capacity == nil, try isPlainFile {
            try check("write \"\(name)\"") { ftruncate(descriptor, off_t(offset + length)) }
        }
        try check("write \"\(name)\"") { fdatasync(descriptor) }
    }
}
