import Host
public import Transfer
public import Updates

/// A repository in an OCI registry: files are blobs, and each state is a manifest that names them. The tag is moved last, so
/// readers see one state or the other, and what an interrupted run has left is found by its digest.
public final class RegistryRepository: RepositoryStorage {
    private let client: RegistryClient
    private var manifest: RegistryManifest
    /// The state that was read; nil in a new repository.
    private let basis: Checksum?

    /// Reads the newest state.
    ///
    /// - Throws: `.invalidInput` when there is none and it may not be made
    public init(_ client: RegistryClient, for access: RepositoryFolder.Access) throws {
        self.client = client
        let known = try client.manifest()
        guard known != nil || access == .beginning else {
            throw Failure(
                .invalidInput, "there is no repository in \(client.address)",
                hint: "begin one with its root file: nodewright publish --repository PLACE --root 1.root.json")
        }
        manifest = known?.manifest ?? RegistryManifest()
        basis = known?.digest
    }

    /// The address.
    public var name: String { client.address.description }

    /// The content of a file; nil when there is none.
    public func read(_ path: String, limit: Int) throws -> [UInt8]? {
        guard let layer = manifest.layers[path] else { return nil }
        guard let bytes = try client.blob(layer, limit: limit), Checksum.of(bytes) == layer.sha256 else {
            throw RepositoryState.damaged(path, "is missing or damaged", name)
        }
        return bytes
    }

    /// Uploads a file.
    public func add(_ path: String, _ content: [UInt8]) throws {
        let layer = RegistryManifest.Layer(sha256: Checksum.of(content), size: content.count)
        try client.upload(layer, .bytes(content))
        note(path, layer)
    }

    /// Uploads a file from the disk; the registry compares its content with the checksum.
    public func add(_ path: String, from file: String, size: Int, sha256: Checksum) throws {
        let layer = RegistryManifest.Layer(sha256: sha256, size: size)
        try client.upload(layer, .file(file, size: size))
        note(path, layer)
    }

    /// Gives a file another name, too; its content is there once.
    public func link(_ path: String, as other: String, size: Int, sha256: Checksum) throws {
        guard let layer = manifest.layers[path], layer.sha256 == sha256 else {
            throw RepositoryState.damaged(path, "is missing", name)
        }
        note(other, layer)
    }

    /// Names fewer files in the next state; the registry's own garbage collection removes what no state names.
    public func prune(keeping paths: Set<String>) throws -> Int {
        let before = manifest.layers.count
        manifest.layers = manifest.layers.filter { paths.contains($0.key) || RepositoryFolder.stays($0.key) }
        return before - manifest.layers.count
    }

    /// Uploads a file and moves the tag.
    ///
    /// - Throws: `.busy` when somebody else has moved it meanwhile
    public func publish(_ path: String, _ content: [UInt8]) throws {
        try add(path, content)
        try client.upload(
            .init(sha256: Checksum.of(RegistryManifest.empty), size: RegistryManifest.empty.count),
            .bytes(RegistryManifest.empty))
        let current = try client.manifest()?.digest
        guard current == basis || current.map({ own.contains($0) }) == true else {
            throw Failure(
                .busy, "somebody else has published to \(name) at the same time", hint: "publish again")
        }
        let bytes = manifest.bytes
        try client.tag(bytes)
        own.insert(Checksum.of(bytes))
    }

    /// States that this object has published.
    private var own: Set<Checksum> = []

    /// Of metadata that has a version in its name only the last two stay, besides root files: whoever has an older manifest has
    /// their digests, and the registry forgets what no manifest names.
    private func note(_ path: String, _ layer: RegistryManifest.Layer) {
        manifest.layers[path] = layer
        let name = Path.name(path)
        guard path.hasPrefix("metadata/"), let version = Int(name.prefix { $0 != "." }), !name.hasSuffix(".root.json")
        else { return }
        let rest = name.drop { $0 != "." }
        manifest.layers = manifest.layers.filter { other, _ in
            guard other.hasPrefix("metadata/"), other.hasSuffix(rest) else { return true }
            let name = Path.name(other)
            guard name.drop(while: { $0 != "." }) == rest, let older = Int(name.prefix { $0 != "." }) else {
                return true
            }
            return older >= version - 1
        }
    }
}
