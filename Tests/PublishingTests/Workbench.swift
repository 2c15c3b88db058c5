import Host
import Publishing
import Testing
import Transfer
import Updates

/// A publisher's desk in a temporary folder: keys, root files, update folders and a repository.
struct Workbench {
    let folder: String
    var passphrase: PassphraseSource = .known(SecretText(copying: Array("correct horse".utf8)))
    /// Seconds since 1970.
    var now = wallClockSeconds()

    static func run<Value>(_ body: (Workbench) throws -> Value) throws -> Value {
        try Folder.withTemporary(prefix: "publishing") { try body(Workbench(folder: $0)) }
    }

    var keys: KeyFolder { keys("keys") }
    var repository: String { Path.join(folder, "repository") }

    func keys(_ name: String) -> KeyFolder { KeyFolder(Path.join(folder, name)) }

    func ring(_ name: String = "keys") throws -> KeyRing { try KeyRing(keys(name), passphrase) }

    /// Most tests need no passphrase, of which each costs a third of a second.
    @discardableResult
    func generate(_ roles: String..., in name: String = "keys", encrypted: Bool = false) throws -> [StoredKey] {
        try roles.map {
            let secret = encrypted ? SecretText(copying: Array("correct horse".utf8)) : nil
            return try keys(name).generate(#require(KeyRole($0)), passphrase: secret)
        }
    }

    /// The first root file, of all keys of the top-level roles.
    func root(threshold: Int = 1, days: Int = 365) throws -> RootFile {
        var change = RootChange()
        change.added = try keys.keys().filter { KeyRole.topLevel.contains($0.role) }
        change.thresholds[.root] = threshold
        var root = try change.first(expires: Validity.expiry(days: days, from: now))
        try root.sign(ring(), previous: nil)
        return root
    }

    func install(_ root: RootFile, ring name: String = "keys") throws {
        _ = try RootInstallation(RepositoryFolder(repository, for: .beginning), ring(name), now: now).install(root)
        // What nodes have in their image.
        if root.root.version == 1 { try File.write(Path.join(folder, "1.root.json"), root.bytes) }
    }

    /// Keys, root file and repository with the usual roles.
    func begin() throws {
        try generate("root", "targets", "snapshot", "timestamp")
        try install(root())
    }

    func update(_ name: String = "keys") throws -> RepositoryUpdate {
        try RepositoryUpdate(RepositoryFolder(repository, for: .changing), ring(name), now: now)
    }

    /// A folder as `nodewright build --format update` writes it.
    @discardableResult
    func build(
        _ version: String, product: String = "node", architecture: String = "x86_64", content: String = ""
    ) throws -> String {
        let path = Path.join(folder, "update-\(product)-\(version)-\(architecture)")
        try Folder.create(path)
        let files = try ReleaseManifest.required.map { name in
            let bytes = Array(repeatElement("\(name) \(version) \(content)\n", count: 2000).joined().utf8)
            try File.write(Path.join(path, name), bytes)
            return ReleaseManifest.File(name: name, size: bytes.count, sha256: Checksum.of(bytes))
        }
        let manifest = ReleaseManifest(
            name: product, version: try #require(ReleaseVersion(version)), architecture: architecture,
            kernelArguments: ["quiet"], rootHash: Checksum.of(Array(version.utf8)).hex, salt: "00ff",
            epoch: 1_700_000_000, files: files)
        try File.write(Path.join(path, ReleaseManifest.fileName), manifest.bytes)
        return path
    }

    @discardableResult
    func publish(
        _ version: String, channel: String = "stable", ring name: String = "keys",
        storage: (any RepositoryStorage)? = nil, _ change: (inout ReleasePublication) -> Void = { _ in }
    ) throws -> PublishResult {
        var publication = ReleasePublication(try ReleaseFolder(build(version)), channel: channel)
        change(&publication)
        let update = try RepositoryUpdate(
            storage ?? RepositoryFolder(repository, for: .changing), ring(name), now: now)
        return try publication.publish(update)
    }

    /// What our client makes of the repository: it fetches targets and gives their content.
    ///
    /// - Parameter client: the name of a client, which keeps what it trusts
    @discardableResult
    func fetch(_ targets: [String] = [], client: String = "our client") throws -> [[UInt8]] {
        let place = Path.join(folder, client)
        let trusted = MetadataFolder(Path.join(place, "metadata"))
        if !File.exists(trusted.path) {
            try UpdateClient.begin(with: File.read(Path.join(folder, "1.root.json")), in: trusted)
        }
        let run = UpdateClient(
            folder: trusted, metadata: FolderSource(Path.join(repository, "metadata")),
            targets: FolderSource(Path.join(repository, "targets")), startTime: now)
        try run.refresh()
        return try targets.map { path in
            let target = try #require(try run.findTarget(path), "\(path) is no target")
            return try File.read(run.download(target, to: Path.join(place, "targets")).path)
        }
    }

    func list(_ channel: String = "stable") throws -> ChannelList {
        let overview = try RepositoryOverview(RepositoryFolder(repository, for: .reading))
        return try #require(overview.lists.first { $0.channel == channel })
    }
}

/// The failure that something ends with.
func failure(_ body: () throws -> Void) -> Failure? {
    do { try body() } catch { return error as? Failure }
    return nil
}
