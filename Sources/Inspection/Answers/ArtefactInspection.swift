import Host
public import Packages
import Transfer

/// What is in a finished artefact.
public struct ArtefactInspection: Sendable {
    /// A file of the artefact that a boot loader or kernel reads.
    public struct Part: Sendable, Equatable {
        /// Its path, or the name of its partition.
        public let name: String
        /// Size in bytes.
        public let size: Int
    }

    /// The artefact's path.
    public let path: String
    /// `iso`, `disk`, `qcow2` or `folder`.
    public let kind: String
    /// Its size in bytes.
    public let size: Int
    /// The SHA-256 of the file; nil for a folder.
    public let sha256: String?
    /// What the `SHA256SUMS` beside it says; nil when it says nothing.
    public let expectedSHA256: String?
    /// How many files of a folder its `SHA256SUMS` lists.
    let listedFiles: Int
    /// Which of them are not as listed.
    let changedFiles: [String]
    /// The volume label of an ISO.
    public let label: String?
    let table: PartitionSummary.Table?
    /// What the boot menus offer.
    public let bootEntries: [BootEntry]
    let checks: [HashTree.Check]
    let kernels: [(part: Part, version: String)]
    let initramfs: [(part: Part, segments: [InitramfsImage.Segment])]
    let roots: [RootSummary]
    /// What the image says about how it was made; nil when it says nothing.
    public let manifest: ImageManifest?
    /// The installed packages, from the package database, else from the manifest.
    public let packages: [PackageFacts]
    /// Whether `packages` is from the package database.
    public let hasDatabase: Bool

    /// A root file system.
    struct RootSummary: Sendable {
        let part: Part
        let compression: String
        let blockSize: Int
        let created: Int
        /// How many paths are in it that are no folders.
        let files: Int
        /// Bytes of all files, uncompressed.
        let bytes: Int
    }

    /// Looks into an artefact: an ISO, a disk image, a qcow2, or a folder for PXE or updates.
    ///
    /// - Throws: `.invalidInput` for what is no artefact, or a damaged one
    public init(_ path: String, progress: @escaping ProgressSink = silent) throws {
        self = try during("inspecting \"\(path)\"") {
            try ArtefactContents.with(path, progress: progress) { try ArtefactInspection($0, progress: progress) }
        }
    }

    init(_ contents: ArtefactContents, progress: @escaping ProgressSink) throws {
        path = contents.path
        kind = contents.kind.rawValue
        size = contents.size
        sha256 = contents.kind == .folder ? nil : try Checksum.of(file: contents.path).hex
        expectedSHA256 = sha256 == nil ? nil : Self.listedChecksum(of: contents.path)
        label = contents.label
        table = contents.table
        listedFiles = contents.listedFiles
        changedFiles = contents.changedFiles
        bootEntries = contents.menus.flatMap { name, text in
            if name.hasSuffix(".ipxe") { return NetworkMenu.ipxe(text) }
            return name.hasSuffix("/default") ? NetworkMenu.pxelinux(text) : BootMenuReader.entries(of: text)
        }
        kernels = try contents.kernels.map { (Part($0), try KernelImage($0).version) }
        initramfs = try contents.initramfs.map { region in
            let bytes = try region.content(limit: 1 << 30)
            return (Part(region), try InitramfsImage(bytes, named: region.name).segments)
        }
        let hashes = rootHashes(in: contents.menus.map(\.text))
        checks = try contents.trees.map { try $0.check(hashes, progress: progress) }
        roots = try contents.roots.map { root in
            let entries = try root.entries()
            return RootSummary(
                part: Part(name: root.region.name, size: root.size), compression: root.compression,
                blockSize: root.blockSize, created: root.created, files: entries.count { !$0.isFolder },
                bytes: entries.reduce(0) { $0 + $1.size })
        }
        // All slots of an artefact are made from one tree, so the first speaks for all.
        manifest = try contents.roots.first?.manifest()
        let database = try contents.roots.first?.packages()
        hasDatabase = database != nil
        packages = database?.packages.map(\.facts) ?? manifest?.packages.map(\.facts) ?? []
    }

    /// The checksum that a `SHA256SUMS` beside the file lists for it.
    private static func listedChecksum(of path: String) -> String? {
        let list = Path.join(Path.parent(path), ChecksumList.name)
        guard let text = try? File.readText(list, limit: ChecksumList.limit) else { return nil }
        return ChecksumList(text).sums[Path.name(path)]
    }

    /// Throws when something in the artefact is not what its checksum or its boot configuration says it must be.
    ///
    /// - Throws: `.signature` when the checksum or a hash tree does not fit
    public func requireSound() throws {
        if let expectedSHA256, let sha256, expectedSHA256 != sha256 {
            throw Failure(
                .signature, "\"\(path)\" is not the file that SHA256SUMS beside it lists",
                hint: "the artefact is damaged or was changed; copy or download it again",
                details: ["it has \(sha256)", "listed is \(shown(expectedSHA256))"])
        }
        if let first = changedFiles.first {
            throw Failure(
                .signature, "\"\(path)/\(shown(first))\" is not the file that SHA256SUMS lists, or is missing",
                hint: "the artefact is damaged or was changed; copy or download it again",
                details: changedFiles.dropFirst().prefix(8).map { "and \(shown($0))" })
        }
        guard let bad = checks.first(where: { $0.problem != nil }) else { return }
        throw Failure(
            .signature, "\"\(bad.name)\" in \"\(path)\" is not what its root hash stands for: \(bad.problem ?? "")",
            hint: "the artefact is damaged or was changed; copy or download it again")
    }
}

extension ArtefactInspection.Part {
    init(_ region: Region) { self.init(name: region.name, size: region.size) }
}
