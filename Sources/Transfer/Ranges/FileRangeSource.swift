import CLinux
import Glibc
import Host

/// Parts of a file, or of a device, on this machine.
public final class FileRangeSource: RangeSource {
    /// The path.
    public let name: String
    /// Nothing: what a file says needs no explanation.
    public var remark: String? { nil }
    private let descriptor: Int32
    private let start: Int

    /// Opens a file.
    ///
    /// - Parameter offset: where what is read begins in it (a file on an ISO)
    /// - Throws: `.device` or `.invalidInput` when it cannot be opened
    public init(_ path: String, offset: Int = 0) throws {
        descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0) }
        name = path
        start = offset
    }

    deinit { close(descriptor) }

    /// Reads parts of the file.
    ///
    /// - Throws: `.device` when it cannot be read or ends too early
    public func read(
        _ ranges: [Range<Int>], isCancelled: @escaping () -> Bool,
        deliver: @escaping (_ offset: Int, _ bytes: UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
        defer { buffer.deallocate() }
        for range in ranges {
            var position = range.lowerBound
            while position < range.upperBound {
                if isCancelled() { return false }
                let place = start.addingReportingOverflow(position)
                let count = try checkLength("read \"\(name)\"") {
                    pread(
                        descriptor, buffer.baseAddress, min(buffer.count, range.upperBound - position),
                        off_t(place.overflow ? .max : place.partialValue))
                }
                guard count > 0 else {
                    throw Failure(
                        .device, "\"\(name)\" ends at \(position) bytes, and \(range.upperBound) are needed",
                        hint: "the file is not complete; copy it again")
                }
                try deliver(position, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                position += count
            }
        }
        return true
    }
}
