import Glibc
import Host
import Transfer
public import Updates

/// An update repository as a node uses it: a web server, a folder (a stick, a share) or an OCI registry. Nothing of it is believed
/// that the metadata does not sign, beginning with the root that the image brings along.
public final class UpgradeRepository {
    /// The root metadata that an image trusts, below its root.
    static let trustedRoot = "usr/lib/nodewright/updates/root.json"

    /// How servers are reached.
    public struct Access: Sendable {
        /// A file with the authorities that servers are checked with; nil for the system's own.
        public var authorities: String?
        /// `http://host:port`; nil for what the environment says.
        public var proxy: String?

        /// The system's authorities, the environment's proxy.
        public init(authorities: String? = nil, proxy: String? = nil) {
            self.authorities = authorities
            self.proxy = proxy
        }
    }

    /// The address, without credentials.
    public let place: String
    private let client: UpdateClient
    private let ranges: (_ path: String, _ length: Int) throws -> any RangeSource
    private let scratch: String

    /// Opens a repository; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - place: `https://…`, the path of a folder, or `oci://HOST/NAME`
    ///   - root: `/`, or a fixture
    ///   - trustedRoot: a file with root metadata in place of the image's
    /// - Throws: `.invalidInput` for an address that is none, `.signature` when there is no root that could be trusted
    public init(_ place: String, root: String = "/", trustedRoot: String? = nil, access: Access = Access()) throws {
        self.place = redacted(place)
        // libcurl takes the environment's proxy everywhere.
        if let proxy = access.proxy { for name in ["https_proxy", "http_proxy"] { setenv(name, proxy, 1) } }
        scratch = Path.join(root, "run/nodewright/upgrade-files")
        let folder = MetadataFolder(
            Path.join(StatePartition.folder(root: root) ?? Path.join(root, "run/nodewright"), "updates"))
        try Self.begin(in: folder, with: trustedRoot ?? Path.join(root, Self.trustedRoot))
        let metadata: any MetadataSource
        let targets: any TargetSource
        if place.hasPrefix(RegistryAddress.scheme) {
            let address = try RegistryAddress(place)
            let registry = try RegistryClient(
                address,
                credentials: RegistryCredentials(host: address.host, file: RegistryCredentials.usualFile),
                certificates: access.authorities)
            let source = RegistrySource(registry)
            (metadata, targets) = (source, source)
            ranges = { path, length in
                guard let url = try source.address(ofTarget: path) else {
                    throw Failure(.network, "the registry has no target \"\(path)\"", hint: "it may be incomplete")
                }
                var options = HTTPRangeSource.Options()
                options.headers = registry.authorizationHeaders
                options.authorities = try access.authorities.map { try File.readText($0, limit: 4 << 20) }
                return HTTPRangeSource(url, length: length, options: options)
            }
        } else if place.contains("://") {
            let fetcher = try WebFetcher(certificates: access.authorities)
            let base = place.hasSuffix("/") ? String(place.dropLast()) : place
            metadata = try WebSource(base + "/metadata", fetcher: fetcher)
            let web = try WebSource(base + "/targets", fetcher: fetcher)
            targets = web
            var options = HTTPRangeSource.Options()
            options.authorities = try access.authorities.map { try File.readText($0, limit: 4 << 20) }
            let chosen = options
            ranges = { path, length in HTTPRangeSource(web.address(of: path), length: length, options: chosen) }
        } else {
            metadata = FolderSource(Path.join(place, "metadata"))
            targets = FolderSource(Path.join(place, "targets"))
            ranges = { path, _ in try FileRangeSource(Path.join(place, "targets/" + path)) }
        }
        client = UpdateClient(folder: folder, metadata: metadata, targets: targets)
    }

    /// The first root comes from the image, which is verified; so does a newer one than what is known, after an upgrade.
    private static func begin(in folder: MetadataFolder, with file: String) throws {
        let given = try? File.read(file, limit: MetadataLimits().root)
        let known = folder.stored("root", limit: MetadataLimits().root).flatMap {
            try? TrustedMetadata(root: $0, startTime: wallClockSeconds()).root
        }
        guard let given else {
            if known != nil { return }
            throw Failure(
                .signature, "nobody has said which keys may sign upgrades: \"\(file)\" is missing",
                hint: "the image's recipe adds it as an overlay; or name the file (--trusted-root)")
        }
        let new = try during("\"\(file)\"") { try TrustedMetadata(root: given, startTime: wallClockSeconds()).root }
        if let known, known.version >= new.version { return }
        try UpdateClient.begin(with: given, in: folder)
    }

    /// What a channel offers.
    ///
    /// - Throws: `.network`, `.signature` with a message of its own for each attack; `.incompatible` when the channel has
    ///   nothing for this product
    public func channel(_ name: String, for running: RunningRelease) throws -> ChannelList {
        guard ReleaseName.isChannel(name) else {
            throw Failure(.invalidInput, "\"\(name)\" is not the name of a channel")
        }
        let path = ReleasePath.list(channel: name, product: running.name, architecture: running.architecture)
        guard let bytes = try small(path, limit: ChannelList.limit) else {
            throw Failure(
                .incompatible,
                "\(place) has no channel \"\(name)\" for \(running.name) on \(running.architecture)",
                hint: "check the address and the channel")
        }
        return try ChannelList(bytes, file: path)
    }

    /// A release that a channel offers.
    public func release(_ offer: ChannelList.Offer) throws -> RepositoryRelease {
        guard let bytes = try small(offer.manifest, limit: ReleaseManifest.limit) else {
            throw Failure(.network, "\(place) offers a release without a manifest: \"\(offer.manifest)\"")
        }
        let manifest = try ReleaseManifest(bytes, file: offer.manifest)
        guard manifest.version == offer.version else {
            throw Failure(
                .signature, "\"\(offer.manifest)\" is version \(manifest.version), and \(offer.version) is offered")
        }
        return RepositoryRelease(manifest, path: offer.manifest, in: self)
    }

    /// A signed file that fits into memory; nil when no role signs one of this name.
    func small(_ path: String, limit: Int) throws -> [UInt8]? {
        guard let target = try client.findTarget(path) else { return nil }
        guard target.length <= limit else {
            throw Failure(.signature, "\"\(path)\" has \(target.length) bytes, and no such file has more than \(limit)")
        }
        try Folder.create(scratch, mode: 0o700)
        let file = try client.download(target, to: scratch)
        defer { try? File.remove(file.path) }
        return try File.read(file.path, limit: limit)
    }

    /// A large file, of which parts are read. Nothing is checked yet.
    ///
    /// - Parameter size: what the manifest says
    func parts(_ path: String, size: Int) throws -> any RangeSource {
        guard let target = try client.findTarget(path), target.length == size else {
            throw Failure(.signature, "no role signs \"\(path)\" with \(size) bytes")
        }
        return try ranges(client.remotePath(target), size)
    }
}
