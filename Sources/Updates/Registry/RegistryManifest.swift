import Document
import Host
public import Transfer

/// One state of an update repository in a registry: an OCI artefact whose layers are the repository's files, each with its path as
/// title (image specification 1.1, "Guidelines for artifact usage").
public struct RegistryManifest: Sendable, Equatable {
    /// One file.
    public struct Layer: Sendable, Hashable {
        /// Its SHA-256, by which the registry knows it.
        public let sha256: Checksum
        /// Its size in bytes.
        public let size: Int

        /// A file.
        public init(sha256: Checksum, size: Int) {
            self.sha256 = sha256
            self.size = size
        }

        /// `sha256:…`
        public var digest: String { sha256.description }
    }

    /// The media type of the manifest.
    public static let mediaType = "application/vnd.oci.image.manifest.v1+json"
    /// What kind of artefact it is.
    public static let artifactType = "application/vnd.nodewright.updates.v1"
    /// Registries accept no larger ones, in bytes.
    public static let limit = 4 << 20
    /// The configuration of artefacts that have none: `{}`.
    public static let empty: [UInt8] = Array("{}".utf8)
    private static let title = "org.opencontainers.image.title"

    /// The files by path.
    public var layers: [String: Layer]

    /// A state.
    public init(layers: [String: Layer] = [:]) { self.layers = layers }

    /// Reads a manifest; layers without a title are left alone.
    ///
    /// - Throws: `.invalidInput` when it is another kind of artefact
    public init(_ bytes: [UInt8], name: String) throws {
        let node = try JSON.parse(bytes, file: name, limit: Self.limit)
        guard node["artifactType"]?.string == Self.artifactType, let list = node["layers"]?.sequence else {
            throw Failure(
                .invalidInput, "\(name) is something else than an update repository",
                hint: "give the repository a name of its own in the registry")
        }
        layers = [:]
        for layer in list {
            guard let path = layer["annotations"]?[Self.title]?.string else { continue }
            let size = layer["size"]?.integer
            guard let digest = layer["digest"]?.string, digest.hasPrefix("sha256:"), let size, size >= 0,
                let sha256 = Checksum(.sha256, hex: String(digest.dropFirst("sha256:".count)))
            else { throw Failure(.invalidInput, "\(layer.position): this is no layer of an update repository") }
            layers[path] = Layer(sha256: sha256, size: size)
        }
    }

    /// The manifest's bytes: the same for the same files.
    public var bytes: [UInt8] {
        let list = layers.sorted { $0.key < $1.key }.map { path, layer -> JSONValue in
            [
                "mediaType": "application/octet-stream", "digest": .string(layer.digest),
                "size": .integer(layer.size), "annotations": .object([.init(Self.title, .string(path))]),
            ]
        }
        let config: JSONValue = [
            "mediaType": "application/vnd.oci.empty.v1+json", "digest": .string(Checksum.of(Self.empty).description),
            "size": .integer(Self.empty.count),
        ]
        return JSON.bytes([
            "schemaVersion": 2, "mediaType": .string(Self.mediaType), "artifactType": .string(Self.artifactType),
            "config": config, "layers": .array(list),
        ])
    }
}
