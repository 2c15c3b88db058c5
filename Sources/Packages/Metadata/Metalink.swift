import Host
import Transfer

/// A metalink: mirrors of a repository and the checksums that its `repomd.xml` may have.
struct Metalink {
    /// Base URLs, most preferred first.
    var baseURLs: [String] = []
    /// Checksums of the current `repomd.xml` and of those that slower mirrors may still serve.
    var checksums: Set<Checksum> = []

    /// Reads a metalink (version 3 with MirrorManager's `alternates`).
    init(_ bytes: [UInt8], repository: String) throws {
        let document = "metalink of \"\(repository)\""
        let root = try XMLElement.parse(bytes, document: document)
        guard root.name == "metalink",
            let file = root.first("files")?.all("file").first(where: { $0.attributes["name"] == "repomd.xml" })
        else { throw Failure(.invalidInput, "\(document) describes no repomd.xml") }
        let versions = [file] + (file.first("alternates")?.all("alternate") ?? [])
        for version in versions {
            for hash in version.first("verification")?.all("hash") ?? [] {
                guard let algorithm = HashAlgorithm(metadataName: hash.attributes["type"] ?? ""), algorithm != .sha1,
                    let checksum = Checksum(algorithm, hex: hash.trimmedText)
                else { continue }
                checksums.insert(checksum)
            }
        }
        let mirrors = (file.first("resources")?.all("url") ?? []).enumerated().compactMap {
            index, url -> (Int, Int, String)? in
            let address = url.trimmedText
            guard let base = Self.baseURL(address) else { return nil }
            return (-(Int(url.attributes["preference"] ?? "") ?? 0), index, base)
        }
        baseURLs = mirrors.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
        guard !baseURLs.isEmpty else {
            throw Failure(.network, "\(document) names no mirror that speaks http or https")
        }
    }

    private static func baseURL(_ address: String) -> String? {
        let suffix = "/repodata/repomd.xml"
        guard address.hasSuffix(suffix), ["http://", "https://", "file:"].contains(where: address.hasPrefix) else {
            return nil
        }
        return String(address.dropLast(suffix.count))
    }
}
