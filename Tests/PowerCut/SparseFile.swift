import Glibc
import Host

/// Copies of files with holes that keep their holes.
enum SparseFile {
    /// lseek(2); Glibc shows them to programs in C with _GNU_SOURCE only.
    private static let (toData, toHole): (Int32, Int32) = (3, 4)

    /// Copies a file, or a part of it, to a new file.
    static func copy(_ from: String, _ part: Range<Int>? = nil, to: String) throws {
        let source = try check("open \"\(from)\"") { open(from, O_RDONLY | O_CLOEXEC) }
        defer { close(source) }
        let part = try part ?? 0..<File.size(from)
        let target = try check("create \"\(to)\"") { open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        defer { close(target) }
        try check("write \"\(to)\"") { ftruncate(target, off_t(part.count)) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var place = part.lowerBound
        while place < part.upperBound {
            // No data behind this place ends it with an error (ENXIO).
            let data = Int(lseek(source, off_t(place), toData))
            guard data >= 0, data < part.upperBound else { return }
            let end = min(Int(lseek(source, off_t(data), toHole)), part.upperBound)
            place = data
            while place < end {
                let count = try checkLength("read \"\(from)\"") {
                    pread(source, &buffer, min(buffer.count, end - place), off_t(place))
                }
                let written = try checkLength("write \"\(to)\"") {
                    pwrite(target, buffer, count, off_t(place - part.lowerBound))
                }
                place += written
            }
        }
    }
}
