import Glibc
import Host

/// Copies whole trees with modes, links and hard links; owners are the copier's.
enum TreeCopy {
    private struct FileNumber: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    /// Copies the content of a folder into another, which is made when missing.
    static func copy(_ source: String, to target: String) throws {
        var names: [FileNumber: String] = [:]
        func visit(_ from: String, _ to: String) throws {
            var status = Glibc.stat()
            try check("read \"\(from)\"") { lstat(from, &status) }
            switch status.st_mode & Glibc.S_IFMT {
            case Glibc.S_IFDIR:
                try Folder.create(to)
                for name in try Folder.list(from) { try visit(Path.join(from, name), Path.join(to, name)) }
                try check("set the mode of \"\(to)\"") { chmod(to, status.st_mode & 0o7777) }
            case Glibc.S_IFLNK:
                try File.link(to, to: try File.linkTarget(from))
            case Glibc.S_IFREG:
                let number = FileNumber(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
                if status.st_nlink > 1, let first = names[number] {
                    try check("link \"\(to)\"") { Glibc.link(first, to) }
                } else {
                    names[number] = to
                    try File.copy(from, to: to)
                }
            case Glibc.S_IFIFO:
                try check("make \"\(to)\"") { mkfifo(to, status.st_mode & 0o7777) }
            default: throw Failure(.invalidInput, "\"\(from)\" is a socket or a device, which cannot be copied")
            }
        }
        try visit(source, target)
    }
}
