import Document
import Host
import Transfer

/// What an upgrade of a slot is made of, as plain files in a folder: root file system, hash tree, kernel, initramfs, and a
/// manifest that names them all with size and checksum.
public struct UpdateFolder: Sendable {
    /// The name of the manifest.
    public static let manifest = "manifest.json"

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
    /// Seconds since 1970: when the content was made.
    public var epoch: Int

    /// A folder of these parts.
    public init(
        name: String, version: String, architecture: String, kernel: String, initramfs: String, root: String,
        hashTree: HashTree, kernelArguments: [String], epoch: Int
    ) {
        self.name = name
        self.version = version
        self.architecture = architecture
        self.kernel = kernel
        self.initramfs = initramfs
        self.root = root
        self.hashTree = hashTree
        self.kernelArguments = kernelArguments
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
        var checksums: [String: String] = [:]
        for (name, source) in files { checksums[name] = try Checksum.of(file: source).hex }
        let entries = try files.map { name, source -> JSONValue in
            [
                "name": .string(name), "size": .integer(try File.size(source)),
                "sha256": .string(checksums[name] ?? ""),
            ]
        }
        let manifest: JSONValue = [
            "format": .integer(1), "name": .string(name), "version": .string(version),
            "architecture": .string(architecture), "time": .integer(epoch), "rootHash": .string(hashTree.rootHash),
            "kernelArguments": .strings(kernelArguments), "files": .array(entries),
        ]
        try File.write(Path.join(folder, Self.manifest), JSON.text(manifest, pretty: true, sortedKeys: true))
        try ChecksumFile.update(folder: folder, names: files.map(\.0) + [Self.manifest], known: checksums)
    }
}
