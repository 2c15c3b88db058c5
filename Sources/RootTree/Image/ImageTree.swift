import Glibc
import Host
public import Transfer

/// The root file system as it goes into the image: every path of a tree in a fixed order, with what the ownership table says.
///
/// ```swift
/// let image = try ImageTree(tree, ownership: table, epoch: epoch)
/// let checksums = try image.checksums()
/// ```
public struct ImageTree: Sendable {
    private let tree: Tree
    /// Every path, parents first, in byte order of the names; the first is `/`.
    public private(set) var entries: [TreeEntry]
    /// Files that are not in the tree, on the build host, by their path in the image.
    private var added: [String: String] = [:]

    /// Folders whose content is never part of an image: they are mounted over at boot.
    private static let mountPoints: Set<String> = ["/dev", "/proc", "/sys", "/run", "/tmp", "/var"]

    /// Reads the tree.
    ///
    /// - Parameter epoch: no time is later than this, in seconds since 1970
    /// - Throws: when there is a socket or device, which no package brings
    public init(_ tree: Tree, ownership: OwnershipTable, epoch: Int) throws {
        self.tree = tree
        var entries: [TreeEntry] = []
        var names: [FileNumber: String] = [:]
        func visit(_ path: String) throws {
            let entry = try Self.entry(tree, path, ownership, epoch, &names)
            entries.append(entry)
            guard entry.kind == .folder, !Self.mountPoints.contains(path) else { return }
            for name in try Folder.list(tree.host(path)) { try visit(Path.join(path, name)) }
        }
        try visit("/")
        self.entries = entries
    }

    /// Adds a file that is not in the tree, owned by root and readable by all, with the folders on its way.
    ///
    /// - Parameter source: where its content is on the build host
    /// - Throws: when something else stands at the path already
    public mutating func add(_ path: String, from source: String, modified: Int) throws {
        var folder = ""
        for name in path.split(separator: "/").dropLast() {
            folder += "/" + name
            if let there = entries.first(where: { $0.path == folder }) {
                guard there.kind == .folder else { throw occupied(folder, path) }
            } else {
                insert(
                    TreeEntry(path: folder, kind: .folder, mode: 0o755, userID: 0, groupID: 0, modified: modified))
            }
        }
        guard !entries.contains(where: { $0.path == path }) else { throw occupied(path, path) }
        insert(
            TreeEntry(
                path: path, kind: .regular(size: try File.size(source)), mode: 0o644, userID: 0, groupID: 0,
                modified: modified))
        added[path] = source
    }

    private func occupied(_ place: String, _ path: String) -> Failure {
        Failure(
            .invalidInput, "\"\(place)\" in the root tree stands where the build writes \"\(path)\"",
            hint: "no overlay, script or package may bring it")
    }

    private mutating func insert(_ entry: TreeEntry) {
        func names(_ path: String) -> [Substring] { path.split(separator: "/") }
        let place = names(entry.path)
        let next = entries.firstIndex {
            place.lexicographicallyPrecedes(names($0.path)) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        entries.insert(entry, at: next ?? entries.endIndex)
    }

    /// Where the content of a path is on the build host.
    public func content(_ path: String) -> String { added[path] ?? tree.host(path) }

    /// What tells that two paths are the same file.
    private struct FileNumber: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private static func entry(
        _ tree: Tree, _ path: String, _ ownership: OwnershipTable, _ epoch: Int, _ names: inout [FileNumber: String]
    ) throws -> TreeEntry {
        let file = tree.host(path)
        var status = Glibc.stat()
        try check("read \"\(file)\"") { lstat(file, &status) }
        let type = status.st_mode & Glibc.S_IFMT
        let kind: TreeEntry.Kind
        switch type {
        case Glibc.S_IFDIR: kind = .folder
        case Glibc.S_IFLNK: kind = .link(to: try File.linkTarget(file))
        case Glibc.S_IFIFO: kind = .fifo
        case Glibc.S_IFREG:
            let number = FileNumber(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
            if status.st_nlink > 1, let first = names[number] {
                kind = .hardLink(to: first)
            } else {
                if status.st_nlink > 1 { names[number] = path }
                kind = .regular(size: Int(status.st_size))
            }
        default:
            throw Failure(
                .invalidInput, "\"\(path)\" in the root tree is a socket or a device",
                hint: "device nodes are made by the kernel at boot; let a script remove this one")
        }
        // All names of a file have the owner and mode of the first, as in any file system.
        var owner = path
        if case .hardLink(let first) = kind { owner = first }
        let record = ownership.record(owner, type: type)
        let mode = type == Glibc.S_IFLNK ? 0o777 : record.mode ?? status.st_mode & 0o7777
        return TreeEntry(
            path: path, kind: kind, mode: mode, userID: record.userID, groupID: record.groupID,
            capabilities: type == Glibc.S_IFREG ? record.capabilities : nil,
            modified: min(record.modified ?? epoch, epoch))
    }

    /// The checksums (SHA-256) of all files, by path; hard links are left out.
    public func checksums() throws -> [String: Checksum] {
        let image = self
        let files = entries.filter { if case .regular = $0.kind { true } else { false } }.map(\.path)
        let sums = try parallelMap(files) { try Checksum.of(file: image.content($0)) }
        return Dictionary(uniqueKeysWithValues: zip(files, sums))
    }

    /// The listing: one line per path with kind, mode, user, group, size, SHA-256 of the content, capabilities and path.
    ///
    /// Fields are separated by tabs; `-` stands for none. Equal images have equal listings.
    ///
    /// - Parameter checksums: what `checksums()` has returned
    public func listing(_ checksums: [String: Checksum]) -> String {
        let lines = entries.map { entry in
            var size = "-"
            var checksum = "-"
            var kind = "-"
            var target = ""
            switch entry.kind {
            case .regular(let bytes):
                kind = "f"
                size = String(bytes)
                checksum = checksums[entry.path]?.hex ?? "-"
            case .folder: kind = "d"
            case .link(let to):
                kind = "l"
                target = " -> \(to)"
            case .hardLink(let to):
                kind = "h"
                target = " = \(to)"
            case .fifo: kind = "p"
            }
            let mode = String(entry.mode, radix: 8)
            return [
                kind, String(repeating: "0", count: max(0, 4 - mode.count)) + mode, "\(entry.userID)",
                "\(entry.groupID)", size,
                checksum, entry.capabilities?.text ?? "-", entry.path + target,
            ].joined(separator: "\t")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
