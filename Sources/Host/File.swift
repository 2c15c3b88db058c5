import CLinux
import Glibc

/// Files as whole values: read, written atomically, hashed by nobody else's rules.
public enum File {
    /// The kind of what stands at a path, without following a link.
    public enum Kind: Sendable {
        case regular, folder, link, other
    }

    /// Whether something stands at `path`; a dangling link counts.
    public static func exists(_ path: String) -> Bool { kind(path) != nil }

    /// What stands at `path` (lstat); nil when nothing does.
    public static func kind(_ path: String) -> Kind? {
        var status = Glibc.stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & Glibc.S_IFMT {
        case Glibc.S_IFREG: return .regular
        case Glibc.S_IFDIR: return .folder
        case Glibc.S_IFLNK: return .link
        default: return .other
        }
    }

    /// The size of the file in bytes, following links.
    public static func size(_ path: String) throws -> Int {
        var status = Glibc.stat()
        try check("read the size of \"\(path)\"") { stat(path, &status) }
        return Int(status.st_size)
    }

    /// The whole content.
    ///
    /// - Parameter limit: a file larger than this many bytes is refused; guards against `/dev/zero` and mistakes
    public static func read(_ path: String, limit: Int = 1 << 31) throws -> [UInt8] {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor, named: path, limit: limit)
    }

    /// Everything that is left to read from a descriptor.
    public static func read(descriptor: Int32, named name: String, limit: Int = 1 << 31) throws -> [UInt8] {
        var status = Glibc.stat()
        try check("read \"\(name)\"") { fstat(descriptor, &status) }
        if Int(status.st_size) > limit { throw tooLarge(name, limit) }
        var content: [UInt8] = []
        content.reserveCapacity(Int(status.st_size) + 1)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try checkLength("read \"\(name)\"") {
                buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return content }
            content += buffer[..<count]
            if content.count > limit { throw tooLarge(name, limit) }
        }
    }

    /// Up to `count` bytes from `offset` on; fewer at the end.
    public static func read(_ path: String, at offset: Int, count: Int) throws -> [UInt8] {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let length = try checkLength("read \"\(path)\"") {
                bytes.withUnsafeMutableBytes { buffer -> Int in
                    guard let base = buffer.baseAddress else { return 0 }
                    return pread(descriptor, base + done, count - done, off_t(offset + done))
                }
            }
            if length == 0 { break }
            done += length
        }
        return done == count ? bytes : Array(bytes[..<done])
    }

    private static func tooLarge(_ name: String, _ limit: Int) -> Failure {
        Failure(.invalidInput, "\"\(name)\" is larger than the \(limit) bytes that are allowed here")
    }

    /// The whole content as UTF-8 text.
    public static func readText(_ path: String, limit: Int = 1 << 28) throws -> String {
        let bytes = try read(path, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.invalidInput, "\"\(path)\" is not UTF-8 text")
        }
        return text
    }

    /// Replaces the file at `path`, or makes it: written aside, fsync, rename, fsync of the folder. A crash at any point leaves
    /// the old content or the new, never a mixture.
    public static func write(_ path: String, _ content: some Collection<UInt8>, mode: UInt32 = 0o644) throws {
        // With the process's id: two processes may write the same small file at once, and one of them wins.
        try rename(path + ".new-\(getpid())", over: path) { aside in
            let descriptor = try check("create \"\(aside)\"") {
                nlinux_open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
            }
            defer { close(descriptor) }
            try append(content, to: descriptor, named: aside)
            try check("set the mode of \"\(aside)\"") { fchmod(descriptor, mode) }
            try check("write \"\(aside)\"") { fsync(descriptor) }
        }
    }

    /// Replaces the file at `path` by the one that `body` makes beside it, or makes it; a failure leaves what was there before,
    /// and nothing else.
    ///
    /// The file beside it is `path` with `.part` added: always the same, so that the next run removes what a killed one left.
    /// - Parameters:
    ///   - alone: false when another process may replace `path` at the same time; then the name has the process's id
    ///   - body: makes the file at the path that it gets, where nothing is; it is made durable afterwards
    public static func replace<Value>(
        _ path: String, alone: Bool = true, _ body: (_ aside: String) throws -> Value
    ) throws -> Value {
        try rename(path + (alone ? ".part" : ".part-\(getpid())"), over: path) { aside in
            let value = try body(aside)
            try sync(aside)
            return value
        }
    }

    /// Replaces whatever stands at `path` by a link, or makes it; whoever looks meanwhile finds the old or the new.
    public static func replaceLink(_ path: String, to target: String) throws {
        _ = try rename(path + ".part", over: path) { aside in
            try check("make the link \"\(path)\"") { symlink(target, aside) }
        }
    }

    private static func rename<Value>(
        _ aside: String, over path: String, _ body: (_ aside: String) throws -> Value
    ) throws -> Value {
        try remove(aside)
        do {
            let value = try body(aside)
            try rename(aside, to: path)
            return value
        } catch {
            unlink(aside)
            throw error
        }
    }

    /// `write` for text.
    public static func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
        try write(path, Array(text.utf8), mode: mode)
    }

    /// Writes all of `content` to an open descriptor.
    public static func append(_ content: some Collection<UInt8>, to descriptor: Int32, named name: String) throws {
        let bytes = content as? [UInt8] ?? Array(content)
        var done = 0
        while done < bytes.count {
            done += try checkLength("write \"\(name)\"") {
                bytes.withUnsafeBytes { buffer -> Int in
                    guard let base = buffer.baseAddress else { return 0 }
                    return Glibc.write(descriptor, base + done, bytes.count - done)
                }
            }
        }
    }

    /// Renames over whatever stands at `to`, then makes the rename durable.
    public static func rename(_ from: String, to: String) throws {
        try check("rename \"\(from)\" to \"\(to)\"") { Glibc.rename(from, to) }
        try Folder.sync(Path.parent(to))
    }

    /// Makes the content of an existing file durable.
    public static func sync(_ path: String) throws {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        try check("write \"\(path)\"") { fsync(descriptor) }
    }

    /// Copies content and mode, sharing blocks where the file system can (FICLONE), else through the kernel.
    public static func copy(_ from: String, to: String) throws {
        let source = try check("open \"\(from)\"") { nlinux_open(from, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(source) }
        var status = Glibc.stat()
        try check("read \"\(from)\"") { fstat(source, &status) }
        let target = try check("create \"\(to)\"") {
            nlinux_open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, status.st_mode & 0o7777)
        }
        defer { close(target) }
        if nlinux_clone_file(target, source) != 0 {
            while true {
                let count = nlinux_copy_range(source, target, 1 << 26)
                if count == 0 { break }
                // Not every pair of file systems can do it (an overlay and its lower layer cannot).
                if count < 0, [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) {
                    try copyThroughMemory(source, target, named: to)
                    break
                }
                if count < 0, errno != EINTR { throw systemFailure(errno, "write \"\(to)\"") }
            }
        }
        try check("set the mode of \"\(to)\"") { fchmod(target, status.st_mode & 0o7777) }
    }

    private static func copyThroughMemory(_ source: Int32, _ target: Int32, named name: String) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = try checkLength("read for \"\(name)\"") {
                buffer.withUnsafeMutableBytes { Glibc.read(source, $0.baseAddress, $0.count) }
            }
            if count == 0 { return }
            try append(buffer[..<count], to: target, named: name)
        }
    }

    /// Removes a file or a link; nothing there is no error.
    public static func remove(_ path: String) throws {
        if unlink(path) != 0, errno != ENOENT { throw systemFailure(errno, "remove \"\(path)\"") }
    }

    /// Where a symbolic link points, unresolved.
    public static func linkTarget(_ path: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try checkLength("read the link \"\(path)\"") {
            buffer.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    $0.baseAddress.map { base in readlink(path, base, bytes.count) } ?? -1
                }
            }
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
