import Host
public import Transfer

/// An update repository in an OCI registry, as a client reads it. The state is the one that the tag names when it is first asked, so
/// that all files belong together.
public final class RegistrySource: MetadataSource, TargetSource {
    private let client: RegistryClient
    private var manifest: RegistryManifest?

    /// - Parameter client: talks to the registry
    public init(_ client: RegistryClient) { self.client = client }

    /// The files of the repository.
    ///
    /// - Throws: `.network` when there is no such repository
    public func state() throws -> RegistryManifest {
        if let manifest { return manifest }
        guard let known = try client.manifest() else {
            throw Failure(.network, "the registry has no \(client.address)", hint: "check the address")
        }
        manifest = known.manifest
        return known.manifest
    }

    /// A file of metadata.
    public func metadata(_ name: String, limit: Int) throws -> [UInt8]? {
        guard let layer = try state().layers["metadata/" + name] else { return nil }
        return try client.blob(layer, limit: limit)
    }

    /// A target.
    public func target(
        _ path: String, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        guard let layer = try state().layers["targets/" + path] else { return false }
        return try client.blob(layer, limit: limit, accept: accept)
    }

    /// The address of a target's content, which the registry gives out in ranges, too; nil when there is no such target.
    public func address(ofTarget path: String) throws -> String? {
        try state().layers["targets/" + path].map { client.address.base + "blobs/" + $0.digest }
    }
}

extension RegistryClient {
    /// The manifest that the tag names, and its digest; nil when there is none.
    public func manifest() throws -> (manifest: RegistryManifest, digest: Checksum)? {
        let request = WebExchange.Request(
            "GET", address.base + "manifests/" + address.tag, headers: ["Accept: \(RegistryManifest.mediaType)"],
            limit: RegistryManifest.limit)
        let (status, body) = try send(request, for: "pull")
        if status == 404 { return nil }
        guard status == 200 else { throw refused("the manifest", status) }
        return (try RegistryManifest(body, name: address.description), Checksum.of(body))
    }

    /// The content of a blob; nil when the registry has lost it.
    public func blob(_ layer: RegistryManifest.Layer, limit: Int) throws -> [UInt8]? {
        let content = Content()
        return try blob(layer, limit: limit) { content.bytes += $0 } ? content.bytes : nil
    }

    /// The content of a blob piece by piece.
    ///
    /// - Returns: false when the registry has lost it
    public func blob(
        _ layer: RegistryManifest.Layer, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        let request = WebExchange.Request(
            "GET", address.base + "blobs/" + layer.digest, limit: limit, followsRedirects: true)
        let status = try stream(request, for: "pull", accept: accept)
        if status == 404 { return false }
        guard status == 200 else { throw refused("a file", status) }
        return true
    }

    /// What a status that was not expected means.
    public func refused(_ what: String, _ status: Int) -> Failure {
        Failure(
            .network, "the registry \(address.host) answers with status \(status) for \(what) of \(address.name)",
            hint: "its log says why")
    }

    private final class Content { var bytes: [UInt8] = [] }
}
