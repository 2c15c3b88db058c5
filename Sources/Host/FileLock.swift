import CLinux
import Glibc

/// A lock on a file (flock), released at the latest when the process ends, however it ends.
///
/// The file may be removed by whoever holds the lock alone: those who wait for it then lock the file that takes its place.
public struct FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; the file is made when missing.
    ///
    /// - Parameters:
    ///   - shared: whether others may hold it, too, as long as they share it
    ///   - wait: whether to wait for others
    /// - Throws: `.busy` when another one holds it and `wait` is false
    public init(_ path: String, shared: Bool = false, wait: Bool = true) throws {
        let operation = (shared ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB)
        while true {
            let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) }
            while flock(descriptor, operation) != 0 {
                let code = errno
                if code == EINTR { continue }
                close(descriptor)
                if code != EWOULDBLOCK { throw systemFailure(code, "lock \"\(path)\"") }
                throw Failure(.busy, "\"\(path)\" is in use by another process")
            }
            if Self.isAt(path, descriptor) {
                self.descriptor = descriptor
                return
            }
            // Removed while we waited: nobody else will ever meet this lock.
            close(descriptor)
        }
    }

    private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
        var locked = stat()
        var named = stat()
        return fstat(descriptor, &locked) == 0 && stat(path, &named) == 0 && locked.st_ino == named.st_ino
            && locked.st_dev == named.st_dev
    }

    /// Gives the lock back. Call it exactly once.
    public func release() {
        // A program that is being started may still have a copy of the descriptor, so closing is not enough.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
