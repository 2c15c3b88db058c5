import Host
import Synchronization
import Transfer

/// An RPM file in the cache, fetched and verified.
public struct StoredPackage: Sendable {
    /// What the lock says about it.
    public var package: LockedPackage
    /// Where the file is.
    public var path: String
}

/// The content-addressed cache of RPM files.
public struct PackageStore: Sendable {
    private let cacheFolder: String
    private let offline: Bool
    private let progress: ProgressSink

    /// The store in a cache.
    public init(
        cacheFolder: String, offline: Bool = false, progress: @escaping ProgressSink = silent
    ) {
        self.cacheFolder = cacheFolder
        self.offline = offline
        self.progress = progress
    }

    private var folder: String { Path.join(cacheFolder, "packages") }
    private var metadata: MetadataStore {
        MetadataStore(folder: Path.join(cacheFolder, "metadata"), offline: offline, progress: progress)
    }

    /// Fetches what is missing and verifies what has not been verified with the repository's present keys.
    ///
    /// - Parameter repositories: the repositories that the lock names
    /// - Returns: the packages in the order of the lock
    /// - Throws: `.network` when no mirror has a file, `.signature` for a file that may not be installed
    public func fetch(_ lock: Lock, from repositories: [RepositorySource]) throws -> [StoredPackage] {
        let stored = lock.packages.map { StoredPackage(package: $0, path: path($0)) }
        var byRepository: [(RepositorySource, [StoredPackage])] = []
        for (name, packages) in Dictionary(grouping: stored, by: \.package.repository).sorted(by: { $0.key < $1.key }) {
            guard let source = repositories.first(where: { $0.name == name }) else {
                throw Failure(
                    .invalidInput,
                    "the lock takes packages from the repository \"\(name)\", which the recipe does not have",
                    hint: "make the lock anew with \"nodewright resolve\"")
            }
            byRepository.append((source, packages))
        }
        try Folder.create(folder)
        // Two builds at once must not write the same file.
        let alone = try FileLock(Path.join(folder, ".lock"))
        defer { alone.release() }
        let missing = try byRepository.map { ($0, try $1.filter { try !isPresent($0) }) }.filter { !$1.isEmpty }
        try copyLocal(missing)
        try download(missing)
        for (source, packages) in byRepository where !source.allowsUnsigned { try verify(packages, of: source) }
        return stored
    }

    private func path(_ package: LockedPackage) -> String { Path.join(folder, "\(package.checksum.hex).rpm") }

    /// A file appears under its name only when its checksum was right, so only its size is looked at again.
    private func isPresent(_ stored: StoredPackage) throws -> Bool {
        guard File.kind(stored.path) == .regular else { return false }
        if try File.size(stored.path) == stored.package.size { return true }
        try File.remove(stored.path)
        return false
    }

    // MARK: Fetching

    private func copyLocal(_ missing: [(RepositorySource, [StoredPackage])]) throws {
        let work = missing.flatMap { source, packages -> [(base: String, stored: StoredPackage)] in
            guard source.metalink == nil, source.mirrorlist == nil, source.baseURLs.count == 1,
                let base = source.baseURLs.first.flatMap(RepositoryAddress.localPath)
            else { return [] }
            return packages.map { (base, $0) }
        }
        guard !work.isEmpty else { return }
        try Folder.create(folder)
        let total = work.reduce(0) { $0 + $1.stored.package.size }
        let phase = "copy packages"
        let done = Mutex(0)
        progress(.started(phase: phase, total: total, unit: .bytes))
        _ = try parallelMap(work) { [progress] base, stored in
            try Self.copy(Path.join(base, stored.package.location), to: stored)
            let sum = done.withLock { value -> Int in
                value += stored.package.size
                return value
            }
            progress(.advanced(phase: phase, done: sum, total: total))
        }
        progress(.finished(phase: phase, note: "\(work.count) files, \(total / 1_000_000) MB"))
    }

    private static func copy(_ source: String, to stored: StoredPackage) throws {
        let package = stored.package
        try File.replace(stored.path) { aside in
            try File.copy(source, to: aside)
            let size = try File.size(aside)
            guard size == package.size else {
                throw damaged(source, package, "it has \(size) bytes, not \(package.size)")
            }
            let actual = try Checksum.of(file: aside, package.checksum.algorithm)
            guard actual == package.checksum else {
                throw damaged(
                    source, package,
                    "its \(actual.algorithm.rawValue) checksum is \(actual.hex), not \(package.checksum.hex)")
            }
        }
    }

    private static func damaged(_ path: String, _ package: LockedPackage, _ how: String) -> Failure {
        Failure(
            .signature, "\"\(path)\" of repository \"\(package.repository)\" is not the package of the lock: \(how)",
            hint: "the repository has changed or the file is damaged: make the lock anew with \"nodewright resolve\"")
    }

    private func download(_ missing: [(RepositorySource, [StoredPackage])]) throws {
        let downloads = try missing.flatMap { source, packages -> [Download] in
            let packages = try packages.filter { try !isPresent($0) }
            guard !packages.isEmpty else { return [] }
            if offline, !source.baseURLs.allSatisfy({ RepositoryAddress.localPath($0) != nil }) {
                throw Failure(
                    .network, "\(packages.count) packages of repository \"\(source.name)\" are not in the cache",
                    hint: "run once without \"--offline\"", details: packages.prefix(8).map(\.package.nevra))
            }
            let mirrors = try metadata.mirrors(of: source).0
            return packages.map { stored in
                Download(
                    urls: mirrors.map {
                        RepositoryAddress.url(RepositoryAddress.joined($0, stored.package.location))
                    }, destination: stored.path, checksum: stored.package.checksum, size: stored.package.size)
            }
        }
        if !downloads.isEmpty {
            try Downloader(progress: progress).fetch(downloads, phase: "download packages", workers: 6)
        }
    }

    // MARK: Verifying

    /// What has been verified with which keys is remembered in one list per set of keys.
    private func verify(_ packages: [StoredPackage], of source: RepositorySource) throws {
        let keys = try during("repository \"\(source.name)\"") { try metadata.keys(of: source) }
        try keys.requireUsable(repository: source.name)
        let list = Path.join(folder, "verified-\(keys.identity.hex)")
        var verified = Set(
            File.exists(list) ? try File.readText(list).split(separator: "\n").map(String.init) : [])
        let unknown = packages.filter { !verified.contains($0.package.checksum.hex) }
        guard !unknown.isEmpty else { return }
        let phase = "verify \(source.name)"
        let total = unknown.reduce(0) { $0 + $1.package.size }
        progress(.started(phase: phase, total: total, unit: .bytes))
        var names: [String: LockedPackage] = [:]
        for stored in unknown { names[stored.path] = stored.package }
        var done = 0
        try PackageVerifier(keys: keys).verify(unknown.map(\.path), names: names, repository: source.name) { path in
            guard let package = names[path] else { return }
            verified.insert(package.checksum.hex)
            done += package.size
            progress(.advanced(phase: phase, done: done, total: total))
        }
        try File.write(list, verified.sorted().joined(separator: "\n") + "\n")
        progress(.finished(phase: phase, note: "\(unknown.count) packages, \(total / 1_000_000) MB"))
    }
}
