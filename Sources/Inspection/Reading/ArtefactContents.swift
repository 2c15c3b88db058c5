import Glibc
import Host
import Transfer

/// A finished artefact, opened: what is in it and where.
///
/// Everything in it may come from anywhere: sizes are limited, and no name of an artefact becomes a path on this machine.
struct ArtefactContents {
    /// What kind of artefact it is.
    enum Kind: String, Sendable {
        case iso, disk, qcow2, folder
    }

    /// What kind of artefact it is.
    let kind: Kind
    /// Its path.
    let path: String
    /// Its size in bytes; of a folder, that of its files.
    let size: Int
    /// The volume label of an ISO.
    var label: String?
    /// The partition table.
    var table: PartitionSummary.Table?
    /// Boot menus: path and text.
    var menus: [(name: String, text: String)] = []
    /// Kernels.
    var kernels: [Region] = []
    /// Initramfs images.
    var initramfs: [Region] = []
    /// Root file systems.
    var roots: [RootFileSystem] = []
    /// How many files of a folder its `SHA256SUMS` lists.
    var listedFiles = 0
    /// Which of them are not as listed.
    var changedFiles: [String] = []
    /// Hash trees, with the root file system that each protects.
    var trees: [HashTree] = []

    /// The largest boot menu that is read, in bytes.
    private static let menuLimit = 1 << 20
    /// The largest kernel or initramfs that is copied out of a file system, in bytes.
    private static let fileLimit = 1 << 30
    /// So many files of a folder are looked at.
    private static let countLimit = 1000
    /// And only in folders that are nested no deeper.
    private static let depthLimit = 4

    /// Opens an artefact and hands it to `body`; what had to be unpacked is removed afterwards.
    ///
    /// - Throws: `.invalidInput` for what is no artefact, or a damaged one
    static func with<Value>(
        _ path: String, progress: @escaping ProgressSink, _ body: (ArtefactContents) throws -> Value
    ) throws -> Value {
        let folder = Environment.variable("TMPDIR") ?? "/var/tmp"
        return try Folder.withTemporary(in: folder, prefix: "nodewright-inspect") { work in
            try body(try open(path, work: work, progress: progress))
        }
    }

    private static func open(_ path: String, work: String, progress: @escaping ProgressSink) throws -> ArtefactContents
    {
        guard File.exists(path) else { throw Failure(.invalidInput, "there is no \"\(path)\"") }
        if isFolder(path) { return try openFolder(path, progress: progress) }
        guard isRegular(path) else { throw Failure(.invalidInput, "\"\(path)\" is neither a file nor a folder") }
        let whole = try Region(Path.name(path), in: path)
        if try whole.read(ISOImage.magic.bytes.count, at: ISOImage.magic.offset) == ISOImage.magic.bytes {
            return try openISO(path, progress: progress)
        }
        var contents = ArtefactContents(kind: .disk, path: path, size: whole.size)
        var disk = path
        if try whole.read(4) == QCOW2.magic {
            contents = ArtefactContents(kind: .qcow2, path: path, size: whole.size)
            disk = Path.join(work, "disk")
            try QCOW2.unpack(path, to: disk, progress: progress)
        }
        try contents.openDisk(disk, work: work, progress: progress)
        return contents
    }

    private static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }
    private static func isRegular(_ path: String) -> Bool { kind(path) == S_IFREG }

    /// What stands at a path that a person gave; here links are followed.
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    // MARK: - ISO

    private static func openISO(_ path: String, progress: @escaping ProgressSink) throws -> ArtefactContents {
        let image = try ISOImage(path, progress: progress)
        var contents = ArtefactContents(kind: .iso, path: path, size: try File.size(path))
        contents.label = image.label
        contents.table = try PartitionSummary.table(of: path)
        try contents.add(image.files.sorted { $0.key < $1.key }.map(\.value), progress: progress)
        guard !contents.roots.isEmpty else {
            throw Failure(
                .invalidInput, "\"\(path)\" is an ISO image without a root file system (LiveOS/root.squashfs)",
                hint: "it was not made by nodewright, or it is damaged")
        }
        return contents
    }

    // MARK: - Folders

    private static func openFolder(_ path: String, progress: @escaping ProgressSink) throws -> ArtefactContents {
        var regions: [Region] = []
        // Links are not followed: they could lead anywhere.
        func visit(_ folder: String, depth: Int) throws {
            for name in try Folder.list(Path.join(path, folder)) where regions.count < countLimit {
                let file = Path.join(path, folder + "/" + name)
                switch File.kind(file) {
                case .regular: regions.append(try Region(folder + "/" + name, in: file))
                case .folder where depth < depthLimit: try visit(folder + "/" + name, depth: depth + 1)
                default: break
                }
            }
        }
        try visit("", depth: 0)
        var contents = ArtefactContents(kind: .folder, path: path, size: regions.reduce(0) { $0 + $1.size })
        try contents.compare(regions, path)
        try contents.add(regions, progress: progress)
        guard !contents.kernels.isEmpty || !contents.roots.isEmpty else {
            throw Failure(
                .invalidInput, "the folder \"\(path)\" has neither a kernel nor a root file system in it",
                hint: "name a folder that \"nodewright build --format pxe\" or \"--format update\" has written")
        }
        return contents
    }

    /// Holds the files against the list in the folder, when it has one.
    private mutating func compare(_ regions: [Region], _ path: String) throws {
        guard let text = try? File.readText(Path.join(path, ChecksumList.name), limit: ChecksumList.limit) else {
            return
        }
        let list = ChecksumList(text)
        listedFiles = list.sums.count
        let files = Dictionary(regions.map { (String($0.name.dropFirst()), $0.file) }) { first, _ in first }
        for (name, sum) in list.sums.sorted(by: { $0.key < $1.key }) {
            let actual = try files[name].map { try Checksum.of(file: $0).hex }
            if actual != sum { changedFiles.append(name) }
        }
    }

    // MARK: - Disks

    private mutating func openDisk(_ disk: String, work: String, progress: @escaping ProgressSink) throws {
        table = try PartitionSummary.table(of: disk)
        guard let table else {
            throw Failure(
                .invalidInput, "\"\(path)\" is neither an ISO image nor a disk with a partition table",
                hint: "name an artefact of \"nodewright build\": .iso, .raw, .qcow2, .img, or a pxe or update folder")
        }
        var regions: [String: Region] = [:]
        for partition in table.partitions {
            let region = try Region(partition.name, in: disk, offset: partition.start, size: partition.size)
            regions[partition.name] = region
            if partition.fileSystem == "vfat" { try addFAT(region, work: work, progress: progress) }
            if partition.fileSystem == "squashfs" { roots.append(try RootFileSystem(region, progress: progress)) }
        }
        for root in roots {
            guard let tree = regions[root.region.name + "-verity"] else { continue }
            trees.append(HashTree(data: root.region, hashes: tree))
        }
        guard !roots.isEmpty else {
            throw Failure(
                .invalidInput, "\"\(path)\" is a disk without a root file system (squashfs)",
                hint: "it was not made by nodewright, or it is damaged")
        }
    }

    private mutating func addFAT(_ region: Region, work: String, progress: @escaping ProgressSink) throws {
        let image = FATImage(region: region, progress: progress)
        var copies: [Region] = []
        for (index, path) in try image.files().prefix(Self.countLimit).enumerated() where Self.use(of: path) != nil {
            let target = Path.join(work, "\(region.offset)-\(index)")
            let copy = try image.copy(path, to: target)
            copies.append(try Region(path, in: target, size: min(copy.size, Self.fileLimit)))
        }
        try add(copies, progress: progress)
    }

    // MARK: - Files

    private enum Use { case menu, kernel, initramfs, root }

    /// What a file is for, told by its name.
    private static func use(of path: String) -> Use? {
        let name = Path.name(path).lowercased()
        if name.hasSuffix(".cfg") || name.hasSuffix(".ipxe") || path.hasSuffix("/pxelinux.cfg/default") { return .menu }
        if name.hasPrefix("vmlinuz") { return .kernel }
        if name.hasSuffix(".img"), name.hasPrefix("initramfs") || name.hasPrefix("initrd") { return .initramfs }
        return name.hasSuffix(".squashfs") ? .root : nil
    }

    private mutating func add(_ regions: [Region], progress: @escaping ProgressSink) throws {
        for region in regions {
            switch Self.use(of: region.name) {
            case .menu:
                let text = String(decoding: try region.content(limit: Self.menuLimit), as: UTF8.self)
                menus.append((region.name, text))
            case .kernel: kernels.append(region)
            case .initramfs: initramfs.append(region)
            case .root: roots.append(try RootFileSystem(region, progress: progress))
            case nil: break
            }
        }
    }
}
