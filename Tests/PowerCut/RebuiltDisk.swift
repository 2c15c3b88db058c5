import Disks
import Glibc
import Host

/// A disk in a file that can be looked at.
protocol ExaminedDisk {
    var path: String { get }
    var size: Int { get }
    /// For each part of the disk a number that is the same for the same content.
    var fingerprints: [Int] { get }
    /// Bytes of the disk.
    func bytes(_ range: Range<Int>) -> [UInt8]
}

/// A disk that nobody changes.
struct FinishedDisk: ExaminedDisk {
    let path: String
    let size: Int
    let fingerprints: [Int]

    init(_ path: String, parts: Int) throws {
        self.path = path
        size = try File.size(path)
        fingerprints = [Int](repeating: 0, count: parts)
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        (try? File.read(path, at: range.lowerBound, count: range.count)) ?? []
    }
}

/// A disk that is rebuilt from a recording, request by request, and can be taken back a step.
final class RebuiltDisk: ExaminedDisk {
    /// Some sectors of a request.
    struct Piece {
        /// The first byte on the disk.
        let start: Int
        /// Where the data lie in the log; nil for zeros.
        let place: Int?
        let count: Int
    }

    private static let page = 4096

    /// The file with the disk.
    let path: String
    let size: Int
    private let memory: UnsafeMutableRawPointer
    private let log: UnsafeRawPointer
    private let logSize: Int
    /// A number for the content of each page that was ever written.
    private var pages: [Int: Int] = [:]
    private var undo: [(start: Int, bytes: [UInt8])] = []
    private var earlierPages: [Int: Int] = [:]
    private let parts: [Range<Int>]
    /// For each part a number that is the same for the same content.
    private(set) var fingerprints: [Int]

    /// The disk as it was before all.
    ///
    /// - Parameter parts: parts of the disk, of whole pages, that do not overlap
    init(_ recording: Recording, parts: [Range<Int>], in folder: String) throws {
        self.parts = parts
        fingerprints = parts.map { _ in 0 }
        path = Path.join(folder, "rebuilt")
        try SparseFile.copy(recording.base, to: path)
        size = try File.size(path)
        logSize = try File.size(recording.log.path)
        memory = try Self.map(path, size, PROT_READ | PROT_WRITE)
        log = UnsafeRawPointer(try Self.map(recording.log.path, logSize, PROT_READ))
    }

    deinit {
        munmap(memory, size)
        munmap(UnsafeMutableRawPointer(mutating: log), logSize)
    }

    private static func map(_ path: String, _ size: Int, _ protection: Int32) throws -> UnsafeMutableRawPointer {
        let descriptor = try check("open \"\(path)\"") {
            open(path, (protection & PROT_WRITE == 0 ? O_RDONLY : O_RDWR) | O_CLOEXEC)
        }
        defer { close(descriptor) }
        let found = mmap(nil, size, protection, MAP_SHARED, descriptor, 0)
        guard let found, found != MAP_FAILED else { throw systemFailure(errno, "map \"\(path)\"") }
        return found
    }

    /// Bytes of the disk.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count))
    }

    /// Writes pieces in their order.
    ///
    /// - Parameter isLasting: false to be able to take them back
    func write(_ pieces: [Piece], isLasting: Bool) {
        var touched: Set<Int> = []
        for piece in pieces {
            for page in piece.start / Self.page...(piece.start + piece.count - 1) / Self.page { touched.insert(page) }
        }
        for page in touched {
            let before = pages[page] ?? number(page)
            pages[page] = before
            if !isLasting { earlierPages[page] = before }
        }
        for piece in pieces {
            if !isLasting { undo.append((piece.start, bytes(piece.start..<piece.start + piece.count))) }
            if let place = piece.place {
                memcpy(memory + piece.start, log + place, piece.count)
            } else {
                memset(memory + piece.start, 0, piece.count)
            }
        }
        for page in touched { note(page, number(page)) }
    }

    /// Takes back what was written and was not to last.
    func takeBack() {
        for (start, bytes) in undo.reversed() {
            bytes.withUnsafeBytes { buffer in
                if let base = buffer.baseAddress { memcpy(memory + start, base, buffer.count) }
            }
        }
        for (page, number) in earlierPages { note(page, number) }
        undo = []
        earlierPages = [:]
    }

    private func note(_ page: Int, _ number: Int) {
        let before = pages[page] ?? number
        pages[page] = number
        if let part = parts.firstIndex(where: { $0.contains(page * Self.page) }) {
            fingerprints[part] ^= before ^ number
        }
    }

    private func number(_ page: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(page)
        let start = page * Self.page
        hasher.combine(bytes: UnsafeRawBufferPointer(start: memory + start, count: min(Self.page, size - start)))
        return hasher.finalize()
    }
}
