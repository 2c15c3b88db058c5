import Host
import Packages

/// A squashfs inside an artefact, read with squashfs-tools where it lies; nothing is mounted and nothing unpacked but what is asked
/// for.
struct RootFileSystem: Sendable {
    /// A path of the file system.
    struct Entry: Sendable, Equatable {
        /// The path, from `/`.
        let path: String
        /// `-` file, `d` folder, `l` link, `c`, `b`, `p`, `s`, as `ls` shows them, with the permissions.
        let mode: String
        /// `user/group` in numbers.
        let owner: String
        /// Size in bytes; 0 for everything but files.
        let size: Int
        /// Where a link points.
        let target: String?

        var isFile: Bool { mode.hasPrefix("-") }
        var isFolder: Bool { mode.hasPrefix("d") }
    }

    /// Where it lies.
    let region: Region
    /// How its blocks are compressed: `zstd`, `xz` …
    let compression: String
    /// Bytes that are compressed as one.
    let blockSize: Int
    /// Seconds since 1970.
    let created: Int
    /// Bytes in use.
    let size: Int
    private let progress: ProgressSink

    /// Reads the superblock (squashfs 4.0, Documentation/filesystems/squashfs.rst).
    ///
    /// - Throws: `.invalidInput` when there is none or the file system is cut off
    init(_ region: Region, progress: @escaping ProgressSink) throws {
        let block = try region.read(96)
        guard block.starts(with: Array("hsqs".utf8)), let created = block.number(at: 8, bytes: 4),
            let blockSize = block.number(at: 12, bytes: 4), let compression = block.number(at: 20, bytes: 2),
            let size = block.number(at: 40, bytes: 8)
        else {
            throw Failure(.invalidInput, "\"\(region.name)\" is not a squashfs", hint: Self.damaged)
        }
        guard size <= region.size else {
            throw Failure(
                .invalidInput, "the squashfs \"\(region.name)\" has \(size) bytes, but only \(region.size) are there",
                hint: Self.damaged)
        }
        let names = [1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"]
        self.region = region
        self.created = created
        self.blockSize = blockSize
        self.compression = names[compression] ?? "compressor \(compression)"
        self.size = size
        self.progress = progress
    }

    static let damaged = "the artefact is damaged; copy or download it again"
    /// As much as is read of one listing or file, in bytes.
    private static let limit = 256 << 20

    /// Every path, as unsquashfs lists it.
    func entries() throws -> [Entry] {
        var command = Command(
            "unsquashfs", ["-o", String(region.offset), "-lln", region.file], progress: progress)
        command.outputLimit = Self.limit
        let result = try command.run()
        try refuse(result)
        return result.text.split(separator: "\n").compactMap { Self.entry($0) }
    }

    /// Reads `-rwxr-xr-x 0/0   1234 2026-11-21 10:07 squashfs-root/usr/bin/true`.
    static func entry(_ line: Substring) -> Entry? {
        // Mode, owner, size (or device numbers), date, time; the rest is the path, spaces and all.
        var rest = line
        var fields: [Substring] = []
        while fields.count < 5 {
            let field = rest.prefix { $0 != " " }
            rest = rest.dropFirst(field.count).drop { $0 == " " }
            guard !field.isEmpty else { return nil }
            // "10, 200" of a device has a space in it.
            if fields.count == 2, field.hasSuffix(",") {
                rest = rest.drop { $0 != " " }.drop { $0 == " " }
            }
            fields.append(field)
        }
        let root = "squashfs-root"
        guard fields[0].utf8.count == 10, rest.hasPrefix(root) else { return nil }
        var path = String(rest.dropFirst(root.count))
        var target: String?
        if fields[0].hasPrefix("l"), let arrow = path.firstRange(of: " -> ") {
            target = String(path[arrow.upperBound...])
            path = String(path[..<arrow.lowerBound])
        }
        guard path.isEmpty || path.hasPrefix("/") else { return nil }
        let size = fields[0].hasPrefix("-") ? Int(fields[2]) ?? 0 : 0
        return Entry(
            path: path.isEmpty ? "/" : path, mode: String(fields[0]), owner: String(fields[1]), size: size,
            target: target)
    }

    /// The content of a file; nil when it is not there.
    func read(_ path: String, limit: Int) throws -> [UInt8]? {
        var command = Command(
            "sqfscat", ["-o", String(region.offset), region.file, String(path.drop { $0 == "/" })],
            progress: progress)
        command.outputLimit = limit + 1
        let result = try command.run()
        if result.status != 0, result.errorTail.contains("no matches") { return nil }
        try refuse(result)
        guard result.output.count <= limit else {
            throw Failure(
                .invalidInput, "\"\(path)\" in the image is larger than the \(limit) bytes that are read here")
        }
        // sqfscat says on standard error that nothing matched, and ends well.
        return result.output.isEmpty && result.errorTail.contains("no matches") ? nil : result.output
    }

    private func refuse(_ result: Command.Result) throws {
        guard result.status == 0 else {
            throw Failure(
                .invalidInput, "the squashfs \"\(region.name)\" cannot be read", hint: Self.damaged,
                details: result.errorTail.split(separator: "\n").suffix(3).map(String.init))
        }
    }

    /// What the image says about how it was made; nil when it says nothing.
    func manifest() throws -> ImageManifest? {
        try read(ImageManifest.path, limit: ImageManifest.limit).map {
            try ImageManifest(json: $0, file: "\(Path.name(region.file)):\(ImageManifest.path)")
        }
    }

    /// The packages of the image's package database; nil when it was trimmed away.
    func packages() throws -> InstalledPackages? {
        guard let database = try read(InstalledPackages.databasePath, limit: Self.limit) else { return nil }
        return try Folder.withTemporary(prefix: "nodewright-inspect") { folder in
            let copy = Path.join(folder, InstalledPackages.databasePath)
            try Folder.create(Path.parent(copy))
            try File.write(copy, database)
            return try InstalledPackages(root: folder)
        }
    }
}
