import CLinux
import Glibc

/// An exclusive lock on a file (flock), released at the latest when the process ends, however it ends.
public struct FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; the file is made when missing.
    ///
    /// - Throws: `.busy` when another process holds it and `wait` is false
    public init(_ path: String, wait: Bool = true) throws {
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
        while flock(descriptor, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            throw Failure(.busy, "\"\(path)\" is in use by another process")
        }
        self.descriptor = descriptor
    }

    /// Gives the lock back. Call it exactly once.
    public func release() { close(descriptor) }
}
