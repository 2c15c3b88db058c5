import CArchive
import Glibc
import Host

/// Writes a cpio or pax tar archive whose bytes depend only on what is added, in the order in which it is added.
public final class ArchiveWriter {
    /// The shape of the archive.
    public enum Format: Sendable {
        /// cpio "newc", what the kernel unpacks as an initramfs; carries no extended attributes.
        case newc
        /// POSIX tar with pax headers where needed: long names, large files, extended attributes.
        case pax
        /// No archive, only the compressed content of one entry.
        case raw
    }

    /// How the archive is compressed.
    public enum Compression: Sendable {
        case none
        case gzip(level: Int)
        case xz(level: Int)
        case zstd(level: Int)
    }

    private final class Sink {
        var descriptor: Int32?
        var bytes: [UInt8] = []
        var code: Int32 = 0
    }

    private let archive: OpaquePointer
    private let entry: OpaquePointer
    private let sink = Sink()
    private let name: String
    private let format: Format
    private var inodes: [String: Int64] = [:]
    private var lastInode: Int64 = 0

    /// Writes to an open descriptor, which the caller closes after `finish`; nil collects the archive in memory.
    ///
    /// - Parameter name: stands in messages
    public init(
        descriptor: Int32? = nil, named name: String, format: Format, compression: Compression = .none
    ) throws {
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw Failure(.internalError, "out of memory")
        }
        self.archive = archive
        self.entry = entry
        self.name = name
        self.format = format
        sink.descriptor = descriptor
        switch format {
        case .newc: archive_write_set_format_cpio_newc(archive)
        case .pax: archive_write_set_format_pax_restricted(archive)
        case .raw: archive_write_set_format_raw(archive)
        }
        try compress(compression)
        // No padding to tape blocks: the archive ends where its content does.
        archive_write_set_bytes_per_block(archive, format == .pax ? 10240 : 0)
        archive_write_set_bytes_in_last_block(archive, 1)
        let context = Unmanaged.passUnretained(sink).toOpaque()
        try check(
            archive_write_open(
                archive, context, nil,
                { _, context, buffer, count in
                    guard let context, let buffer else { return -1 }
                    let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
                    guard let descriptor = sink.descriptor else {
                        sink.bytes += UnsafeRawBufferPointer(start: buffer, count: count)
                        return count
                    }
                    var done = 0
                    while done < count {
                        let written = Glibc.write(descriptor, buffer + done, count - done)
                        if written < 0, errno == EINTR { continue }
                        if written < 0 {
                            sink.code = errno
                            return -1
                        }
                        done += written
                    }
                    return count
                }, nil))
    }

    deinit {
        archive_entry_free(entry)
        archive_write_free(archive)
    }

    /// Compresses `bytes` as one stream.
    public static func compress(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
        let writer = try ArchiveWriter(named: "compressed data", format: .raw, compression: compression)
        var member = ArchiveEntry(path: "data", kind: .regular, mode: 0o644)
        member.size = bytes.count
        try writer.add(member, content: bytes)
        return try writer.finish()
    }

    private func compress(_ compression: Compression) throws {
        func level(_ filter: String, _ value: Int) throws {
            try check(archive_write_set_filter_option(archive, filter, "compression-level", "\(value)"))
        }
        switch compression {
        case .none: break
        case .gzip(let value):
            try check(archive_write_add_filter_gzip(archive))
            try level("gzip", value)
            // gzip's header has a time stamp, which would make two runs differ.
            try check(archive_write_set_filter_option(archive, "gzip", "timestamp", nil))
        case .xz(let value):
            try check(archive_write_add_filter_xz(archive))
            try level("xz", value)
        case .zstd(let value):
            try check(archive_write_add_filter_zstd(archive))
            try level("zstd", value)
        }
    }

    /// Adds an entry with its content.
    ///
    /// - Parameter content: exactly `size` bytes of a regular file; `size` is taken from it
    public func add(_ member: ArchiveEntry, content: [UInt8] = []) throws {
        var member = member
        member.size = content.count
        try header(member)
        try content.withUnsafeBytes(write)
    }

    /// Adds a regular file with the content of the file at `path`.
    public func add(_ member: ArchiveEntry, file path: String) throws {
        let descriptor = try Host.check("open \"\(path)\"") { open(path, O_RDONLY | O_CLOEXEC) }
        defer { close(descriptor) }
        var member = member
        var status = stat()
        try Host.check("read \"\(path)\"") { fstat(descriptor, &status) }
        member.size = Int(status.st_size)
        try header(member)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var left = member.size
        while left > 0 {
            let count = try checkLength("read \"\(path)\"") {
                buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, min($0.count, left)) }
            }
            guard count > 0 else { throw Failure(.device, "\"\(path)\" became shorter while it was read") }
            try buffer.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            left -= count
        }
    }

    /// Ends the archive.
    ///
    /// - Returns: its bytes when it was collected in memory, else nothing
    @discardableResult
    public func finish() throws -> [UInt8] {
        try check(archive_write_close(archive))
        defer { sink.bytes = [] }
        return sink.bytes
    }

    private func header(_ member: ArchiveEntry) throws {
        archive_entry_clear(entry)
        archive_entry_set_pathname(entry, member.path)
        let kind: Int =
            switch member.kind {
            case .regular: narchive_regular
            case .folder: narchive_folder
            case .link: narchive_link
            case .characterDevice: narchive_character
            case .blockDevice: narchive_block
            case .fifo: narchive_fifo
            case .other: throw Failure(.invalidInput, "\"\(member.path)\" is of a kind that no archive can hold")
            }
        archive_entry_set_filetype(entry, UInt32(kind))
        archive_entry_set_perm(entry, mode_t(member.mode))
        archive_entry_set_uid(entry, Int64(member.userID))
        archive_entry_set_gid(entry, Int64(member.groupID))
        if !member.user.isEmpty { archive_entry_set_uname(entry, member.user) }
        if !member.group.isEmpty { archive_entry_set_gname(entry, member.group) }
        archive_entry_set_mtime(entry, time_t(member.modified), 0)
        archive_entry_set_rdevmajor(entry, dev_t(member.device.major))
        archive_entry_set_rdevminor(entry, dev_t(member.device.minor))
        archive_entry_set_size(entry, Int64(member.size))
        if let target = member.linkTarget { archive_entry_set_symlink(entry, target) }
        archive_entry_set_nlink(entry, UInt32(member.linkCount))
        archive_entry_set_ino64(entry, inode(of: member))
        if let first = member.hardLink, format == .pax { archive_entry_set_hardlink(entry, first) }
        for attribute in member.attributes {
            attribute.value.withUnsafeBytes {
                archive_entry_xattr_add_entry(entry, attribute.name, $0.baseAddress, $0.count)
            }
        }
        try check(archive_write_header(archive, entry))
    }

    /// Numbers count up in the order of adding; further names of a file have the number of the first.
    private func inode(of member: ArchiveEntry) -> Int64 {
        if let first = member.hardLink, let number = inodes[first] { return number }
        lastInode += 1
        if member.linkCount > 1 { inodes[member.path] = lastInode }
        return lastInode
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            let count = archive_write_data(archive, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count < 0 { try check(Int32(count)) }
            if count <= 0 { throw Failure(.internalError, "the size of a member of \"\(name)\" is wrong") }
            done += count
        }
    }

    private func check(_ code: Int32) throws {
        guard code < ARCHIVE_WARN else { return }
        if sink.code != 0 { throw systemFailure(sink.code, "write \"\(name)\"") }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
        throw Failure(.internalError, "cannot write \"\(name)\": \(reason)")
    }
}
