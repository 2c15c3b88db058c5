import Document
import Host
import Transfer
import Updates

/// What an upgrade of a slot is made of, as plain files in a folder: root file system, hash tree, kernel, initramfs, and a
/// manifest that names them all with size and checksum.
public struct UpdateFolder: Sendable {
    /// The name of the manifest.
    public static let manifest = ReleaseManifest.fileName

    /// The product's name.
    public var name: String
    /// The product's version.
    public var version: String
    /// `x86_64`.
    public var architecture: String
    /// Path of the kernel.
    public var kernel: String
    /// Path of the initramfs.
    public var initramfs: String
    /// Path of the root file system.
    public var root: String
    /// What protects it.
    public var hashTree: HashTree
    /// The recipe's kernel arguments.
    public var kernelArguments: [String]
    /// The `schemaVersion` of the newest node configuration that the image reads.
    public var configurationSchema: Int
    /// Seconds since 1970: when the content was made.
    public var epoch: Int

    /// A folder of these parts.
    public init(
        name: String, version: String, architecture: String, kernel: String, initramfs: String, root: String,
        hashTree: HashTree, kernelArguments: [String], configurationSchema: Int = 1, epoch: Int
    ) {
        self.name = name
        self.version = version
        self.architecture = architecture
        self.kernel = kernel
        self.initramfs = initramfs
        self.root = root
        self.hashTree = hashTree
        self.kernelArguments = kernelArguments
        self.configurationSchema = configurationSchema
        self.epoch = epoch
    }

    /// Writes the folder, aside first; a failure leaves what was there before.
    ///
    /// - Throws: also when `path` is something else than an older update folder
    public func write(to path: String) throws {
        try ArtefactFolder.write(to: path, kind: "update folder", isOne: Self.isOne, fill: fill)
    }

    /// Whether a folder is one that was made here.
    private static func isOne(_ path: String) -> Bool {
        File.kind(Path.join(path, manifest)) == .regular && File.kind(Path.join(path, HashTree.name)) == .regular
    }

    private func fill(_ folder: String) throws {
        let files = [
            ("initramfs.img", initramfs), ("root.squashfs", root), (HashTree.name, hashTree.path), ("vmlinuz", kernel),
        ]
        for (name, source) in files { try File.copy(source, to: Path.join(folder, name)) }
        var checksums: [String: Checksum] = [:]
        for (name, source) in files { checksums[name] = try Checksum.of(file: source) }
        try File.write(Path.join(folder, Self.manifest), try release(files, checksums).bytes)
        try ChecksumFile.update(
            folder: folder, names: files.map(\.0) + [Self.manifest], known: checksums.mapValues(\.hex))
    }

    private func release(_ files: [(String, String)], _ checksums: [String: Checksum]) throws -> ReleaseManifest {
        guard let number = ReleaseVersion(version), ReleaseName.isValid(name) else {
            throw Failure(
                .invalidInput, "\"\(name)\" \(version) cannot be published as an update",
                hint: "name and version of the recipe are letters, digits, \".\", \"_\", \"+\" and \"-\", at most 64")
        }
        let entries = try files.compactMap { name, source in
            try checksums[name].map { ReleaseManifest.File(name: name, size: try File.size(source), sha256: $0) }
        }
        return ReleaseManifest(
            name: name, version: number, architecture: architecture, configurationSchema: configurationSchema,
            kernelArguments: kernelArguments, rootHash: hashTree.rootHash, salt: try hashTree.salt, epoch: epoch,
            files: entries)
    }
}
