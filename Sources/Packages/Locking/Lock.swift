import Document
import Host
import Transfer

/// The exact packages of an image: what `resolve` writes and `build` follows.
public struct Lock: Sendable, Equatable {
    /// A repository as it was when the packages were chosen.
    public struct Repository: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// The checksum of its `repomd.xml`.
        public var index: Checksum
    }

    /// The version of the file's format.
    static let format = 1

    /// A value that changes when something else is asked for: requests, repositories by name, architecture, weak dependencies.
    public var request: Checksum
    /// The repositories, in the order of the request.
    public var repositories: [Repository]
    /// The packages, sorted by NEVRA.
    public var packages: [LockedPackage]

    /// What is to be downloaded, in bytes.
    public var downloadSize: Int { packages.reduce(0) { $0 + $1.size } }
    /// What is to be installed, in bytes, as the repositories say.
    public var installedSize: Int { packages.reduce(0) { $0 + $1.installedSize } }
    /// The build time of the newest package, in seconds since 1970: the date of an image without SOURCE_DATE_EPOCH.
    public var newestBuildTime: Int { packages.map(\.buildTime).max() ?? 0 }

    init(request: ResolutionRequest, metadata: [RepositoryMetadata], packages: [LockedPackage]) {
        self.request = Self.identity(of: request)
        repositories = metadata.map { Repository(name: $0.source.name, index: $0.checksum) }
        self.packages = packages.sorted { $0.nevra.utf8.lexicographicallyPrecedes($1.nevra.utf8) }
    }

    private init(request: Checksum, repositories: [Repository], packages: [LockedPackage]) {
        self.request = request
        self.repositories = repositories
        self.packages = packages
    }

    /// The value of `request` for a request.
    public static func identity(of request: ResolutionRequest) -> Checksum {
        var digest = Digest()
        digest.update(field: "\(format) \(request.architecture) \(request.weakDependencies)")
        for package in request.packages { digest.update(field: package) }
        digest.update(field: "")
        for repository in request.repositories { digest.update(field: "\(repository.name) \(repository.priority)") }
        return digest.finish()
    }

    /// Whether this lock answers the request, or one that was made for something else.
    public func answers(_ request: ResolutionRequest) -> Bool { self.request == Self.identity(of: request) }

    /// What changes from this lock to another one, one line for each package; empty when they install the same.
    public func differences(to other: Lock) -> [String] {
        func byName(_ lock: Lock) -> [String: [LockedPackage]] {
            Dictionary(grouping: lock.packages) { "\($0.name).\($0.architecture)" }
        }
        let old = byName(self)
        let new = byName(other)
        return Set(old.keys).union(new.keys).sorted().compactMap { name in
            let before = old[name]?.map(\.nevra) ?? []
            let after = new[name]?.map(\.nevra) ?? []
            if before.isEmpty { return "added \(after.joined(separator: ", "))" }
            if after.isEmpty { return "removed \(before.joined(separator: ", "))" }
            if before != after {
                return "changed \(before.joined(separator: ", ")) to \(after.joined(separator: ", "))"
            }
            let same = old[name]?.map(\.checksum) == new[name]?.map(\.checksum)
            return same ? nil : "rebuilt \(after.joined(separator: ", ")) (same version, another checksum)"
        }
    }

    // MARK: The file

    /// What a lock file has a set of packages for.
    public enum Section: String, Sendable {
        /// The image.
        case image
        /// The tree that GRUB and shim are taken from.
        case bootLoader = "boot-loader"
    }

    /// Writes the lock of an image, atomically; equal locks give equal bytes.
    ///
    /// - Parameter bootLoader: the packages of the boot loader's tree, which go into the same file
    public func write(_ path: String, bootLoader: Lock? = nil) throws {
        guard case .object(var members) = json else { return }
        if let bootLoader { members.append(.init(Section.bootLoader.rawValue, bootLoader.json)) }
        try File.write(path, JSON.bytes(.object(members), pretty: true))
    }

    /// The lock as JSON.
    public var json: JSONValue {
        [
            "format": .integer(Self.format), "request": .string(request.description),
            "repositories": .array(
                repositories.map { ["name": .string($0.name), "repomd": .string($0.index.description)] }),
            "packages": .array(packages.map(Self.json)),
        ]
    }

    private static func json(_ package: LockedPackage) -> JSONValue {
        [
            "nevra": .string(package.nevra), "name": .string(package.name), "epoch": .integer(package.epoch),
            "version": .string(package.version), "release": .string(package.release),
            "arch": .string(package.architecture), "checksum": .string(package.checksum.description),
            "size": .integer(package.size), "installed-size": .integer(package.installedSize),
            "build-time": .integer(package.buildTime), "repository": .string(package.repository),
            "location": .string(package.location),
            "reason": [package.reason.kind: .string(package.reason.subject)],
        ]
    }

    /// Reads a lock.
    ///
    /// - Throws: `.invalidInput` with the place of the mistake, or when the file has no such section
    public static func read(_ path: String, _ section: Section = .image) throws -> Lock {
        let root = try JSON.parse(File.read(path, limit: JSON.largestLimit), file: path, limit: JSON.largestLimit)
        let reader = LockReader(file: path)
        return try reader.lock(section == .image ? root : reader.field(root, section.rawValue))
    }

    fileprivate struct LockReader {
        let file: String

        func lock(_ root: Node) throws -> Lock {
            let found = try field(root, "format").integer
            guard found == Lock.format else {
                throw Failure(
                    .invalidInput, "\"\(file)\" has the lock format \(found ?? 0), this program writes \(Lock.format)",
                    hint: "make it anew with \"nodewright resolve\"")
            }
            return Lock(
                request: try checksum(root, "request"),
                repositories: try list(root, "repositories").map {
                    Repository(name: try text($0, "name"), index: try checksum($0, "repomd"))
                }, packages: try list(root, "packages").map(package))
        }

        private func package(_ node: Node) throws -> LockedPackage {
            let location = try text(node, "location")
            guard isPlainRelativePath(location) else { throw wrong(node, "\"location\" leads out of the repository") }
            let reason = try field(node, "reason")
            guard let entry = reason.mapping?.first,
                let why = PackageReason(kind: entry.key, subject: entry.value.string ?? "")
            else { throw wrong(reason, "\"reason\" is none that this program knows") }
            return LockedPackage(
                name: try text(node, "name"), epoch: try number(node, "epoch"), version: try text(node, "version"),
                release: try text(node, "release"), architecture: try text(node, "arch"),
                checksum: try checksum(node, "checksum"), size: try number(node, "size"),
                installedSize: try number(node, "installed-size"), buildTime: try number(node, "build-time"),
                repository: try text(node, "repository"), location: location, reason: why)
        }

        func field(_ node: Node, _ key: String) throws -> Node {
            guard let value = node[key] else { throw wrong(node, "the key \"\(key)\" is missing") }
            return value
        }

        private func text(_ node: Node, _ key: String) throws -> String {
            let value = try field(node, key)
            guard let text = value.string, !text.isEmpty else { throw wrong(value, "\"\(key)\" must be text") }
            return text
        }

        private func number(_ node: Node, _ key: String) throws -> Int {
            let value = try field(node, key)
            guard let number = value.integer, number >= 0 else {
                throw wrong(value, "\"\(key)\" must be a whole number")
            }
            return number
        }

        private func list(_ node: Node, _ key: String) throws -> [Node] {
            let value = try field(node, key)
            guard let list = value.sequence else { throw wrong(value, "\"\(key)\" must be a list") }
            return list
        }

        private func checksum(_ node: Node, _ key: String) throws -> Checksum {
            let parts = try text(node, key).split(separator: ":").map(String.init)
            guard parts.count == 2, let algorithm = HashAlgorithm(rawValue: parts[0]), algorithm != .sha1,
                let checksum = Checksum(algorithm, hex: parts[1])
            else {
                throw wrong(
                    try field(node, key), "\"\(key)\" must be \"sha256:\" or \"sha512:\" and hexadecimal digits")
            }
            return checksum
        }

        private func wrong(_ node: Node, _ what: String) -> Failure {
            Failure(
                .invalidInput, "\(node.position): error: \(what)",
                hint: "make the lock anew with \"nodewright resolve\"")
        }
    }
}
