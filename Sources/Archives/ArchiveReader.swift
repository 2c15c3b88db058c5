import CArchive
import Host

/// Reads an archive entry by entry: tar, cpio, ar and ISO 9660, compressed in any of the usual ways.
///
/// ```swift
/// let reader = try ArchiveReader(file: "bash.deb")
/// while let entry = try reader.next() { … try reader.content() … }
/// ```
public final class ArchiveReader {
    private let archive: OpaquePointer
    private let name: String
    private let bytes: UnsafeMutableBufferPointer<UInt8>?

    /// Opens a file.
    public convenience init(file: String) throws {
        try self.init(named: file, bytes: nil) { archive_read_open_filename($0, file, 1 << 18) }
    }

    /// Reads from memory.
    ///
    /// - Parameter name: stands in messages
    public convenience init(bytes: [UInt8], named name: String) throws {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
        _ = copy.initialize(from: bytes)
        try self.init(named: name, bytes: copy) { archive_read_open_memory($0, copy.baseAddress, bytes.count) }
    }

    /// The uncompressed content of a file that is compressed in one of the usual ways; the file itself when it is not.
    ///
    /// - Parameter limit: more bytes than this are refused; guards against small files that unpack to terabytes
    public static func decompress(_ bytes: [UInt8], named name: String, limit: Int) throws -> [UInt8] {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
        _ = copy.initialize(from: bytes)
        let reader = try ArchiveReader(named: name, bytes: copy, raw: true) {
            archive_read_open_memory($0, copy.baseAddress, bytes.count)
        }
        return try reader.next() == nil ? [] : reader.content(limit: limit)
    }

    private init(
        named name: String, bytes: UnsafeMutableBufferPointer<UInt8>?, raw: Bool = false,
        open: (OpaquePointer) -> Int32
    ) throws {
        guard let archive = archive_read_new() else { throw Failure(.internalError, "out of memory") }
        self.archive = archive
        self.name = name
        self.bytes = bytes
        archive_read_support_filter_all(archive)
        if raw {
            archive_read_support_format_raw(archive)
            archive_read_support_format_empty(archive)
        } else {
            archive_read_support_format_all(archive)
        }
        try check(open(archive))
    }

    deinit {
        archive_read_free(archive)
        bytes?.deallocate()
    }

    /// The next entry; nil at the end.
    public func next() throws -> ArchiveEntry? {
        var pointer: OpaquePointer?
        let code = archive_read_next_header(archive, &pointer)
        if code == ARCHIVE_EOF { return nil }
        try check(code)
        guard let pointer else { return nil }
        return ArchiveEntry(reading: pointer)
    }

    /// The content of the entry that `next` returned last.
    ///
    /// - Parameter limit: larger content is refused, in bytes
    public func content(limit: Int = 1 << 31) throws -> [UInt8] {
        var content: [UInt8] = []
        try forEachBlock { block in
            guard content.count + block.count <= limit else {
                throw Failure(
                    .invalidInput, "\"\(name)\" unpacks to more than the \(limit) bytes that are allowed here")
            }
            content += block
        }
        return content
    }

    /// Hands the content of the current entry to `body`, block by block.
    public func forEachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var position = 0
        while true {
            var block: UnsafeRawPointer?
            var size = 0
            var offset: Int64 = 0
            let code = archive_read_data_block(archive, &block, &size, &offset)
            if code == ARCHIVE_EOF { return }
            try check(code)
            // A sparse file has holes between its blocks.
            let zeros = [UInt8](repeating: 0, count: min(1 << 20, max(0, Int(offset) - position)))
            while position < Int(offset) {
                let count = min(zeros.count, Int(offset) - position)
                try zeros.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                position += count
            }
            try body(UnsafeRawBufferPointer(start: block, count: size))
            position += size
        }
    }

    private func check(_ code: Int32) throws {
        guard code < ARCHIVE_WARN else { return }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
        throw Failure(
            .invalidInput, "\"\(name)\" cannot be read as an archive: \(reason)",
            hint: "the file is damaged or of another kind; remove it, so that it is fetched again")
    }
}

extension ArchiveEntry {
    fileprivate init(reading entry: OpaquePointer) {
        func text(_ pointer: UnsafePointer<CChar>?) -> String? { pointer.map { String(cString: $0) } }
        let kind: Kind =
            switch Int(archive_entry_filetype(entry)) {
            case narchive_regular: .regular
            case narchive_folder: .folder
            case narchive_link: .link
            case narchive_character: .characterDevice
            case narchive_block: .blockDevice
            case narchive_fifo: .fifo
            default: .other
            }
        self.init(path: text(archive_entry_pathname(entry)) ?? "", kind: kind, mode: archive_entry_mode(entry) & 0o7777)
        user = text(archive_entry_uname(entry)) ?? ""
        group = text(archive_entry_gname(entry)) ?? ""
        userID = Int(archive_entry_uid(entry))
        groupID = Int(archive_entry_gid(entry))
        size = Int(archive_entry_size(entry))
        modified = Int(archive_entry_mtime(entry))
        linkTarget = text(archive_entry_symlink(entry))
        hardLink = text(archive_entry_hardlink(entry))
        // A further name of a file carries no kind of its own in some formats.
        if hardLink != nil { self.kind = .regular }
        linkCount = Int(archive_entry_nlink(entry))
        device = (Int(archive_entry_rdevmajor(entry)), Int(archive_entry_rdevminor(entry)))
        archive_entry_xattr_reset(entry)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var length = 0
        while archive_entry_xattr_next(entry, &name, &value, &length) == ARCHIVE_OK, let name {
            attributes.append((String(cString: name), Array(UnsafeRawBufferPointer(start: value, count: length))))
        }
    }
}
