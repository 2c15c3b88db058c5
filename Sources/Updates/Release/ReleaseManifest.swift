public import Document
import Host
public import Transfer

/// What one release is made of and who may upgrade to it: `manifest.json` of an update folder, and of a release in a repository.
public struct ReleaseManifest: Hashable, Sendable {
    /// One file of the release.
    public struct File: Hashable, Sendable {
        /// Its name, beside the manifest.
        public var name: String
        /// Its size in bytes.
        public var size: Int
        /// Its SHA-256.
        public var sha256: Checksum

        /// A file.
        public init(name: String, size: Int, sha256: Checksum) {
            self.name = name
            self.size = size
            self.sha256 = sha256
        }
    }

    /// Its name in a folder.
    public static let fileName = "manifest.json"
    /// No manifest is longer, in bytes.
    public static let limit = 1 << 20
    /// The form that is written. Form 1 had neither `compatibility` nor what follows it.
    public static let format = 2
    /// No file of a release is larger: 64 GiB.
    public static let largestFile = 64 << 30
    /// Release notes are not longer, in bytes.
    public static let longestNotes = 64 << 10
    /// The files that every release has.
    public static let required = ["initramfs.img", "root.squashfs", "root.verity", "vmlinuz"]

    /// The name of the chunk index (casync's `.caibx`) of a file, which lies beside it once it is published; nil for files that are
    /// small, or that nodes make themselves.
    public static func chunkIndex(of file: String) -> String? {
        switch file {
        case "root.squashfs": "root.caibx"
        case "initramfs.img": "initramfs.caibx"
        case "vmlinuz": "vmlinuz.caibx"
        default: nil
        }
    }

    /// The product's name.
    public var name: String
    /// The product's version.
    public var version: ReleaseVersion
    /// `x86_64`
    public var architecture: String
    /// The machines it is made for; a node takes only releases of its own. By default the product's name.
    public var compatibility: String
    /// The `schemaVersion` of the newest node configuration that the release reads.
    public var configurationSchema: Int
    /// The oldest version that may be upgraded to it directly; nil for any.
    public var minimumVersion: ReleaseVersion?
    /// What is new, as plain text for people; may be empty.
    public var notes: String
    /// The recipe's kernel arguments.
    public var kernelArguments: [String]
    /// The root hash of dm-verity in lower-case hexadecimal digits.
    public var rootHash: String
    /// The salt of the hash tree in hexadecimal digits, with which a node makes the tree itself; nil when only the tree says it.
    public var salt: String?
    /// Seconds since 1970: when the content was made.
    public var epoch: Int
    /// Its files, by name.
    public var files: [File]

    /// A release.
    public init(
        name: String, version: ReleaseVersion, architecture: String, compatibility: String? = nil,
        configurationSchema: Int = 1, minimumVersion: ReleaseVersion? = nil, notes: String = "",
        kernelArguments: [String], rootHash: String, salt: String? = nil, epoch: Int, files: [File]
    ) {
        self.name = name
        self.version = version
        self.architecture = architecture
        self.compatibility = compatibility ?? name
        self.configurationSchema = configurationSchema
        self.minimumVersion = minimumVersion
        self.notes = notes
        self.kernelArguments = kernelArguments
        self.rootHash = rootHash
        self.salt = salt
        self.epoch = epoch
        self.files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The file of a name.
    public func file(_ name: String) -> File? { files.first { $0.name == name } }

    /// The manifest as it is written.
    public var json: JSONValue {
        [
            "format": .integer(Self.format), "name": .string(name), "version": .string(version.description),
            "architecture": .string(architecture), "compatibility": .string(compatibility),
            "configurationSchema": .integer(configurationSchema),
            "minimumVersion": .optional(minimumVersion?.description), "notes": .string(notes),
            "time": .integer(epoch), "rootHash": .string(rootHash), "salt": .optional(salt),
            "kernelArguments": .strings(kernelArguments),
            "files": .array(
                files.map { ["name": .string($0.name), "size": .integer($0.size), "sha256": .string($0.sha256.hex)] }),
        ]
    }

    /// The manifest's bytes: the same for the same release.
    public var bytes: [UInt8] { JSON.bytes(json, pretty: true, sortedKeys: true) }
}
