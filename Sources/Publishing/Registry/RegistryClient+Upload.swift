import Host
import Transfer
import Updates

extension RegistryClient {
    private static let scope = "pull,push"

    /// Uploads a blob in one request, unless the registry has it (distribution specification 1.1, "POST then PUT").
    func upload(_ layer: RegistryManifest.Layer, _ body: WebExchange.Body) throws {
        let place = address.base + "blobs/" + layer.digest
        if try send(.init("HEAD", place), for: Self.scope).status == 200 { return }
        let begun = try send(.init("POST", address.base + "blobs/uploads/", body: .bytes([])), for: Self.scope)
        guard begun.status == 202, let location = header("location").flatMap(uploadURL) else {
            throw refused("an upload", begun.status)
        }
        let url = location + (location.contains("?") ? "&" : "?") + "digest=" + layer.digest
        let (status, _) = try send(
            .init("PUT", url, headers: ["Content-Type: application/octet-stream"], body: body), for: Self.scope)
        guard status == 201 else {
            if status == 400 {
                throw Failure(
                    .signature, "the registry \(address.host) has received another content than \(layer.digest)",
                    hint: "the file has changed while it was uploaded, or the network damages it: publish it again")
            }
            throw refused("a file", status)
        }
    }

    /// Moves the tag to a manifest.
    func tag(_ manifest: [UInt8]) throws {
        guard manifest.count <= RegistryManifest.limit else {
            throw Failure(
                .invalidInput, "\(address) has more files than a registry can name in one manifest",
                hint: "withdraw old releases, and run: nodewright publish --prune")
        }
        let request = WebExchange.Request(
            "PUT", address.base + "manifests/" + address.tag,
            headers: ["Content-Type: \(RegistryManifest.mediaType)"], body: .bytes(manifest))
        let (status, _) = try send(request, for: Self.scope)
        guard status == 201 else { throw refused("the manifest", status) }
    }

    /// Where an upload goes: on the same server, or on another one over an encrypted connection.
    private func uploadURL(_ location: String) -> String? {
        let server = address.base.dropLast("/v2/\(address.name)/".count)
        if location.hasPrefix("/"), !location.hasPrefix("//") { return server + location }
        return location.hasPrefix(server + "/") || location.hasPrefix("https://") ? location : nil
    }
}
