import CLinux
import Glibc
import Host

extension File {
    /// The first bytes of a file, at most `count`.
    static func head(_ path: String, _ count: Int) throws -> [UInt8] {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: count)
        let length = try checkLength("read \"\(path)\"") {
            buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        }
        return Array(buffer[..<length])
    }

    /// Writes a file that nobody needs after a crash: no fsync, no rename.
    static func writeScratch(_ path: String, _ content: [UInt8], mode: UInt32 = 0o644) throws {
        let descriptor = try check("create \"\(path)\"") {
            nlinux_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
        }
        defer { close(descriptor) }
        try append(content, to: descriptor, named: path)
        try check("set the mode of \"\(path)\"") { fchmod(descriptor, mode) }
    }

    /// Makes a symbolic link; what stood there is an error.
    static func link(_ path: String, to target: String) throws {
        try check("make the link \"\(path)\"") { symlink(target, path) }
    }

    /// Whether the owner may run it, by its mode.
    static func isExecutable(_ path: String) -> Bool {
        var status = Glibc.stat()
        return lstat(path, &status) == 0 && status.st_mode & 0o100 != 0
    }
}
