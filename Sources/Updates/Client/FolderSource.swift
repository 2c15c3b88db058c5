import CLinux
import Glibc
import Host

/// Files below a folder: a medium that was brought along, or a repository on this machine.
public struct FolderSource: MetadataSource, TargetSource {
    private let folder: String

    /// - Parameter folder: its path
    public init(_ folder: String) { self.folder = folder }

    /// A file of metadata.
    public func metadata(_ name: String, limit: Int) throws -> [UInt8]? {
        var content: [UInt8] = []
        let isThere = try read(name, limit: limit) { content += $0 }
        return isThere ? content : nil
    }

    /// A target.
    public func target(
        _ path: String, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        try read(path, limit: limit, accept)
    }

    private func read(
        _ name: String, limit: Int, _ accept: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        // Nothing outside of the folder, and only plain files.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }), !name.utf8.contains(0) else {
            return false
        }
        let path = Path.join(folder, name)
        guard File.kind(path) == .regular else { return false }
        let descriptor = try check("open \"\(path)\"") { nlinux_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var total = 0
        while true {
            let count = try checkLength("read \"\(path)\"") {
                buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            }
            if count == 0 { return true }
            total += count
            guard total <= limit else {
                throw Failure(.signature, "\"\(path)\" is larger than the \(limit) bytes that are allowed here")
            }
            try buffer.withUnsafeBytes { try accept(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
