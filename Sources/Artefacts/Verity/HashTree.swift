import Host
public import Transfer
import Verity

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

    /// The salt of its hashes in hexadecimal digits, as the tree's own header says it; nil when it has no header.
    public var salt: String? {
        get throws { try VerityTree.salt(header: File.read(path, at: 0, count: 512)) }
    }

    /// Makes the tree of a root file system in a folder, the same one at every run.
    ///
    /// - Parameter checksum: of the root file system; salt and identifier of the tree come from it
    public static func make(root: String, checksum: Checksum, in folder: String) throws {
        let tree = try VerityTree(size: File.size(root), seed: .init(checksum)) {
            try File.read(root, at: $0, count: $1)
        }
        try File.write(Path.join(folder, name), tree.bytes)
        try File.write(Path.join(folder, hashName), tree.rootHash + "\n")
    }
}
