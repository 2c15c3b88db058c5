import Archives
import Host

/// The segments of an initramfs: cpio archives, each compressed by itself, one behind the other
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
struct InitramfsImage: Sendable, Equatable {
    /// One segment.
    struct Segment: Sendable, Equatable {
        /// `zstd`, `xz`, `gzip` or `none`.
        let compression: String
        /// Bytes in the image, padding not counted.
        let compressed: Int
        /// Bytes of the archive.
        let size: Int
        /// How many paths are in it.
        let files: Int
        /// How many of them are kernel modules.
        let modules: Int
    }

    /// The segments in their order.
    let segments: [Segment]

    /// As much as one segment may unpack to, in bytes.
    private static let limit = 1 << 30

    /// Takes the image apart.
    ///
    /// - Parameter name: stands in messages
    /// - Throws: `.invalidInput` when something is in it that no kernel unpacks
    init(_ bytes: [UInt8], named name: String) throws {
        var segments: [Segment] = []
        var place = 0
        while true {
            while place < bytes.count, bytes[place] == 0 { place += 1 }
            if place == bytes.count { break }
            let (compression, end) = try Self.extent(bytes, from: place, name)
            let archive: [UInt8]
            let names: (files: Int, modules: Int)
            if compression == "none" {
                // Counted where it lies: the root file system may be in it.
                names = Self.cpio(bytes, from: place).names
                archive = []
            } else {
                archive = try ArchiveReader.decompress(Array(bytes[place..<end]), named: name, limit: Self.limit)
                names = try Self.count(archive, name)
            }
            segments.append(
                Segment(
                    compression: compression, compressed: end - place,
                    size: compression == "none" ? end - place : archive.count, files: names.files,
                    modules: names.modules))
            place = end
        }
        guard !segments.isEmpty else {
            throw Failure(.invalidInput, "\"\(name)\" is empty", hint: RootFileSystem.damaged)
        }
        self.segments = segments
    }

    /// How many paths an archive has, and how many kernel modules are among them.
    private static func count(_ archive: [UInt8], _ name: String) throws -> (files: Int, modules: Int) {
        var files = 0
        var modules = 0
        let reader = try ArchiveReader(bytes: archive, named: name)
        while let entry = try reader.next() {
            files += 1
            if isModule(entry.path) { modules += 1 }
        }
        return (files, modules)
    }

    private static func isModule(_ path: String) -> Bool {
        [".ko", ".ko.xz", ".ko.zst"].contains(where: path.hasSuffix)
    }

    /// Where the segment that begins at `start` ends.
    private static func extent(_ bytes: [UInt8], from start: Int, _ name: String) throws -> (String, Int) {
        let head = bytes[start..<min(bytes.count, start + 6)]
        let compression: String
        let end: Int?
        switch true {
        case head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]): (compression, end) = ("zstd", zstdEnd(bytes, from: start))
        case head.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]):
            (compression, end) = ("xz", xzEnd(bytes, from: start))
        case head.starts(with: [0x1F, 0x8B]): (compression, end) = ("gzip", bytes.count)
        case head.starts(with: Array("070701".utf8)): (compression, end) = ("none", cpio(bytes, from: start).end)
        default:
            throw Failure(
                .invalidInput, "\"\(name)\" has at byte \(start) something that is no cpio archive",
                hint: RootFileSystem.damaged)
        }
        guard let end else {
            throw Failure(
                .invalidInput, "\"\(name)\": the \(compression) segment at byte \(start) is damaged",
                hint: RootFileSystem.damaged)
        }
        return (compression, end)
    }

    /// The end of a Zstandard frame (RFC 8878, 3.1.1): its blocks say how long they are.
    static func zstdEnd(_ bytes: [UInt8], from start: Int) -> Int? {
        guard let descriptor = bytes.number(at: start + 4, bytes: 1) else { return nil }
        let isSingle = descriptor & 0x20 != 0
        let dictionary = [0, 1, 2, 4][descriptor & 3]
        let contentSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]
        var place = start + 5 + (isSingle ? 0 : 1) + dictionary + contentSize
        while let header = bytes.number(at: place, bytes: 3) {
            // A block of type 1 is one byte that is repeated.
            place += 3 + (header >> 1 & 3 == 1 ? 1 : header >> 3)
            if header & 1 == 1 {
                place += descriptor & 4 != 0 ? 4 : 0
                return place <= bytes.count ? place : nil
            }
        }
        return nil
    }

    /// The end of an xz stream (xz file format, 2.1.2): a footer with the same flags as the header, in front of which an index of
    /// the length that it names begins with a zero byte.
    static func xzEnd(_ bytes: [UInt8], from start: Int) -> Int? {
        guard start + 32 <= bytes.count else { return nil }
        let flags = bytes[(start + 6)..<(start + 8)]
        var end = start + 32
        while end <= bytes.count {
            if bytes[end - 1] == 0x5A, bytes[end - 2] == 0x59, bytes[(end - 4)..<(end - 2)].elementsEqual(flags),
                let length = bytes.number(at: end - 8, bytes: 4)
            {
                let index = end - 12 - (length + 1) * 4
                if index > start, bytes[index] == 0 { return end }
            }
            end += 4
        }
        return nil
    }

    /// The end of a cpio archive in the "newc" form, which is behind the entry `TRAILER!!!`, and what is in it.
    static func cpio(_ bytes: [UInt8], from start: Int) -> (end: Int?, names: (files: Int, modules: Int)) {
        func field(_ place: Int, _ index: Int) -> Int? {
            let first = place + 6 + index * 8
            guard first + 8 <= bytes.count else { return nil }
            return Int(String(decoding: bytes[first..<(first + 8)], as: UTF8.self), radix: 16)
        }
        // Names and content end at multiples of four, counted from the beginning of the archive.
        func aligned(_ place: Int) -> Int { start + (place - start + 3) / 4 * 4 }
        var names = (files: 0, modules: 0)
        var place = start
        while place + 110 <= bytes.count, bytes[place..<(place + 6)].elementsEqual("070701".utf8) {
            guard let size = field(place, 6), let nameSize = field(place, 11), size >= 0, nameSize > 0,
                place + 110 + nameSize <= bytes.count
            else { break }
            let name = bytes[(place + 110)..<(place + 109 + nameSize)]
            let end = aligned(aligned(place + 110 + nameSize) + size)
            if name.elementsEqual("TRAILER!!!".utf8) { return (min(end, bytes.count), names) }
            names.files += 1
            if isModule(String(decoding: name, as: UTF8.self)) { names.modules += 1 }
            place = end
        }
        return (nil, names)
    }
}
