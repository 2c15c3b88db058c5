import Host
public import Packages
import Transfer

/// What an image says about how it was made: `/usr/lib/nodewright/image.json` in its root file system.
///
/// The file is one JSON object, the same bytes for the same build:
///
/// | key | value |
/// |---|---|
/// | `format` | 1; a reader refuses others |
/// | `name`, `version`, `arch` | those of the recipe |
/// | `source-date` | seconds since 1970: the time of everything in the image |
/// | `kernel` | the version of the kernel: the folder in `/usr/lib/modules` |
/// | `kernel-arguments` | those of the recipe, in order |
/// | `sizes` | `{"esp", "slot", "state"}`: bytes of the partitions of an installed node; `slot` is null when it follows the image |
/// | `requests` | the recipe's `packages`: `{"text", "place"}`; `place` is `file:line:column` seen from the recipe's folder |
/// | `packages` | see below, sorted by NEVRA |
/// | `trims` | what each rule removed: `{"rule", "place", "files", "bytes"}`, in the order of the recipe |
/// | `files` | what no package brought, or an overlay changed: `{"path", "bytes", "place"}`; `place` is null for what the build made |
///
/// A package is `{"name", "epoch", "version", "release", "arch", "license", "vendor", "source", "url", "summary", "checksum",
/// "size", "installed-size", "repository", "reason", "files", "bytes"}`: `checksum` and `size` are those of the RPM file,
/// `installed-size` is what the package says it takes, `files` and `bytes` are what of it is in the image, and `reason` has one
/// key of `requested` (text of a request), `required-by`, `recommended-by` (names of packages) and `supplements`.
/// Numbers of bytes are those of the uncompressed files.
public struct ImageManifest: Sendable, Equatable {
    /// Where it lies in the image.
    public static let path = "/usr/lib/nodewright/image.json"
    /// The version of the form.
    static let format = 1
    /// A larger one is refused, in bytes.
    static let limit = 16 << 20

    /// A line of the recipe's `packages`.
    public struct Request: Sendable, Equatable {
        /// As it is written: `@core`, `bash`, `-dracut`.
        public var text: String
        /// `file:line:column`, seen from the recipe's folder.
        public var place: String

        /// A request.
        public init(text: String, place: String) {
            self.text = text
            self.place = place
        }
    }

    /// An installed package.
    public struct Package: Sendable, Equatable {
        /// What it says about itself.
        public var facts: PackageFacts
        /// The checksum of the RPM file: `sha256:…`.
        public var checksum: String
        /// The size of the RPM file in bytes.
        public var size: Int
        /// The repository it came from.
        public var repository: String
        /// Why it is there.
        public var reason: PackageReason
        /// How many files and links of it are in the image.
        public var files = 0
        /// What they take uncompressed.
        public var bytes = 0

        /// A package of which nothing is in the image yet.
        public init(facts: PackageFacts, locked: LockedPackage) {
            self.init(
                facts: facts, checksum: locked.checksum.description, size: locked.size, repository: locked.repository,
                reason: locked.reason)
        }

        init(
            facts: PackageFacts, checksum: String, size: Int, repository: String, reason: PackageReason, files: Int = 0,
            bytes: Int = 0
        ) {
            self.facts = facts
            self.checksum = checksum
            self.size = size
            self.repository = repository
            self.reason = reason
            self.files = files
            self.bytes = bytes
        }
    }

    /// What a trim rule removed.
    public struct Trim: Sendable, Equatable {
        /// The pattern, or the name of the setting.
        public var rule: String
        /// Where the recipe says so; empty when it is no single place.
        public var place: String
        /// How many files and links went.
        public var files: Int
        /// What they took, in bytes.
        public var bytes: Int

        /// A rule and its yield.
        public init(rule: String, place: String, files: Int, bytes: Int) {
            self.rule = rule
            self.place = place
            self.files = files
            self.bytes = bytes
        }
    }

    /// A file that is not as a package brought it.
    public struct AddedFile: Sendable, Equatable {
        /// The path in the image.
        public var path: String
        /// Its size in bytes; 0 for a link.
        public var bytes: Int
        /// The place in the recipe that brought it; nil for what the build made.
        public var place: String?

        /// A file.
        public init(path: String, bytes: Int, place: String?) {
            self.path = path
            self.bytes = bytes
            self.place = place
        }
    }

    /// The recipe's name.
    public var name: String
    /// The recipe's version.
    public var version: String
    /// The RPM architecture.
    public var arch: String
    /// Seconds since 1970.
    public var sourceDate: Int
    /// The version of the kernel.
    public var kernel: String
    /// The recipe's kernel arguments.
    public var kernelArguments: [String]
    /// Bytes of the partitions of a node that is installed from the image.
    public struct Sizes: Sendable, Equatable {
        /// The EFI system partition.
        public var esp: Int
        /// One slot; nil when it follows the size of the root file system.
        public var slot: Int?
        /// The smallest state partition.
        public var state: Int

        /// Sizes.
        public init(esp: Int, slot: Int?, state: Int) {
            self.esp = esp
            self.slot = slot
            self.state = state
        }
    }

    /// What the recipe says about the disk of a node; nil in images of an earlier form.
    public var sizes: Sizes?
    /// What the recipe asked for.
    public var requests: [Request]
    /// What is installed, sorted by NEVRA.
    public var packages: [Package]
    /// What the trim rules removed.
    public var trims: [Trim] = []
    /// What no package brought.
    public var files: [AddedFile] = []

    /// The manifest of an image whose files are still to be counted.
    public init(
        name: String, version: String, arch: String, sourceDate: Int, kernel: String, kernelArguments: [String],
        requests: [Request], packages: [Package]
    ) {
        self.name = name
        self.version = version
        self.arch = arch
        self.sourceDate = sourceDate
        self.kernel = kernel
        self.kernelArguments = kernelArguments
        self.requests = requests
        self.packages = packages.sorted { $0.facts.nevra.utf8.lexicographicallyPrecedes($1.facts.nevra.utf8) }
    }

    /// `hypervisor-0.1.0-x86_64`
    public var baseName: String { "\(name)-\(version)-\(arch)" }
}
