import CLinux
import Glibc
import Host

/// The package database of a root tree (`/usr/lib/sysimage/rpm/rpmdb.sqlite`).
struct PackageDatabase {
    let root: String

    private var folder: String { Path.join(root, "usr/lib/sysimage/rpm") }

    /// Gives the database the form in which it can live on a read-only file system, the same for the same transaction.
    ///
    /// librpm leaves it in write-ahead mode, which needs two more files beside it. Its log has been written back when the
    /// database was closed, so the mode in the file's header can be set back (https://www.sqlite.org/fileformat.html,
    /// bytes 18 and 19: 1 legacy, 2 write-ahead) and the two files removed.
    func settle() throws {
        let database = Path.join(folder, "rpmdb.sqlite")
        let log = database + "-wal"
        if File.exists(log), try File.size(log) > 0 {
            throw Failure(.internalError, "\"\(log)\" has not been written back to the package database")
        }
        let descriptor = try check("open \"\(database)\"") { nlinux_open(database, O_RDWR | O_CLOEXEC, 0) }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 20)
        try checkLength("read \"\(database)\"") { pread(descriptor, &header, header.count, 0) }
        guard header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw Failure(.internalError, "\"\(database)\" is not an SQLite database")
        }
        let legacy: [UInt8] = [1, 1]
        try checkLength("write \"\(database)\"") { pwrite(descriptor, legacy, 2, 18) }
        for name in ["rpmdb.sqlite-wal", "rpmdb.sqlite-shm", ".rpm.lock"] { try File.remove(Path.join(folder, name)) }
    }
}
