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
    /// Where the parts of a file lie that is not in one piece.
    private let places: [Range<Int>]

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
        places = capacity.map { [offset..<offset + $0] } ?? []
    }

    /// A file in several pieces.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading and writing, and left open
    ///   - name: the path, for messages
    ///   - places: where its bytes lie, in their order
    public init(descriptor: Int32, name: String, places: [Range<Int>]) {
        self.descriptor = descriptor
        self.name = name
        self.places = places
        offset = places.first?.lowerBound ?? 0
        capacity = places.reduce(0) { $0 + $1.count }
    }

    /// Where a byte lies, and how many follow it there.
    private func place(of position: Int) -> (start: Int, count: Int) {
        if capacity == nil { return (offset + position, .max) }
        var rest = position
        for place in places {
            if rest < place.count { return (place.lowerBound + rest, place.count - rest) }
            rest -= place.count
        }
        return (offset, 0)
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
            let here = place(of: position + done)
            let count = try checkLength("read \"\(name)\"") {
                pread(descriptor, base + done, min(buffer.count - done, here.count), off_t(here.start))
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
            let here = place(of: position + done)
            guard here.count > 0 else {
                throw Failure(.internalError, "\"\(name)\" has no place for byte \(position + done)")
            }
            done += try checkLength("write \"\(name)\"") {
                pwrite(descriptor, base + done, min(bytes.count - done, here.count), off_t(here.start))
            }
        }
        guard places.count < 2 else { return }
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
