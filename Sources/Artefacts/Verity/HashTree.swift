import Host
import Transfer

/// The hash tree by which dm-verity checks every block of a root file system when it is read.
public struct HashTree: Sendable {
    /// The name of the tree's file in its folder.
    public static let name = "root.verity"
    private static let hashName = "root.hash"

    /// Path of the tree.
    public let path: String
    /// The hash over all, which the kernel command line names.
    public let rootHash: String

    /// The tree that `make` has left in a folder.
    public init(folder: String) throws {
        path = Path.join(folder, Self.name)
        rootHash = String(try File.readText(Path.join(folder, Self.hashName), limit: 4096).prefix { !$0.isNewline })
    }

    /// Makes the tree of a root file system in a folder, the same one at every run.
    ///
    /// - Parameter checksum: of the root file system; salt and identifier of the tree come from it
    public static func make(root: String, checksum: Checksum, in folder: String, progress: @escaping ProgressSink)
        throws
    {
        func derived(_ name: String) -> Checksum {
            var digest = Digest()
            digest.update(field: "hash tree: \(name)")
            digest.update(field: checksum.hex)
            return digest.finish()
        }
        let result = try Command(
            "veritysetup",
            [
                "format", root, Path.join(folder, name), "--hash=sha256", "--data-block-size=4096",
                "--hash-block-size=4096",
                "--salt=\(derived("salt").hex)", "--uuid=\(DerivedIdentifiers.uuid(derived("uuid")))",
            ], progress: progress
        ).run().check()
        let line = result.text.split(separator: "\n").first { $0.hasPrefix("Root hash:") }
        guard let hash = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).last, hash.utf8.count == 64 else {
            throw Failure(.internalError, "veritysetup printed no root hash", details: [result.text])
        }
        try File.write(Path.join(folder, hashName), hash + "\n")
    }
}
