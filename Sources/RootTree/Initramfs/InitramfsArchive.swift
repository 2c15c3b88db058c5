import Archives
import Host

/// One segment of an initramfs: a cpio archive in the "newc" form the kernel unpacks (Documentation/driver-api/early-userspace).
///
/// Owners are root, times are the epoch given, entries come in byte order of their paths with parents first, and inode numbers
/// count up from 1, so that equal content gives equal bytes.
public struct InitramfsArchive: Sendable {
    /// What stands at a path.
    public enum Entry: Sendable, Equatable {
        case folder(mode: UInt32 = 0o755)
        case file([UInt8], mode: UInt32 = 0o644)
        case link(to: String)
        case characterDevice(major: Int, minor: Int, mode: UInt32 = 0o600)
    }

    private var entries: [String: Entry] = [:]

    /// An empty archive.
    public init() {}

    /// Puts an entry at a path (from the root, such as `/usr/bin/mount`), over an earlier one, and makes missing parents.
    public mutating func put(_ path: String, _ entry: Entry) {
        let path = Path.normalized(path)
        entries[path] = entry
        var parent = Path.parent(path)
        while parent != "/", entries[parent] == nil {
            entries[parent] = .folder()
            parent = Path.parent(parent)
        }
    }

    /// The entry at a path, if there is one.
    public subscript(path: String) -> Entry? { entries[path] }

    /// Puts all entries of another archive into this one, over earlier ones.
    public mutating func add(_ other: InitramfsArchive) { entries.merge(other.entries) { $1 } }

    /// What is not in `other`, or different there, with the folders that lead to it.
    public func subtracting(_ other: InitramfsArchive) -> InitramfsArchive {
        var result = InitramfsArchive()
        for path in paths {
            if let entry = entries[path], other.entries[path] != entry { result.put(path, entry) }
        }
        return result
    }

    /// All paths, in the order of the archive.
    public var paths: [String] {
        // A parent's name is a prefix of its children's, so that byte order puts it first.
        entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The archive, uncompressed.
    ///
    /// - Parameter epoch: the time of every entry, in seconds since 1970; the format ends in 2106
    public func bytes(epoch: Int) throws -> [UInt8] {
        let writer = try ArchiveWriter(named: "initramfs", format: .newc)
        for path in paths {
            guard let entry = entries[path] else { continue }
            // The kernel unpacks relative to its root.
            var member = ArchiveEntry(path: String(path.dropFirst()), kind: .regular, mode: 0o644)
            member.modified = epoch
            var content: [UInt8] = []
            switch entry {
            case .folder(let mode):
                member.kind = .folder
                member.mode = mode
                member.linkCount = 2
            case .file(let bytes, let mode):
                member.mode = mode
                content = bytes
            case .link(let target):
                member.kind = .link
                member.mode = 0o777
                member.linkTarget = target
            case .characterDevice(let major, let minor, let mode):
                member.kind = .characterDevice
                member.mode = mode
                member.device = (major, minor)
            }
            try writer.add(member, content: content)
        }
        return try writer.finish()
    }
}
