import Host
import Transfer

/// The verified `repomd.xml` of a repository, and the files that it names on demand.
struct RepositoryMetadata: Sendable {
    let source: RepositorySource
    /// Mirrors, the one that served the index first.
    let baseURLs: [String]
    let index: RepositoryIndex
    /// The checksum of `repomd.xml`.
    let checksum: Checksum
    let keys: RepositoryKeys
    /// Where files from the network are kept.
    let folder: String
    let downloader: Downloader
    let offline: Bool

    /// The path of a metadata file whose content has been checked; fetched first when it lies on the network.
    func file(_ record: RepositoryIndex.Record) throws -> String {
        try during("metadata of \"\(source.name)\"") {
            if let base = baseURLs.first.flatMap(RepositoryAddress.localPath) {
                let path = Path.join(base, record.location)
                let actual = try Checksum.of(file: path, record.checksum.algorithm)
                guard actual == record.checksum else {
                    throw Failure(
                        .signature,
                        "\"\(path)\" is damaged: its \(actual.algorithm.rawValue) checksum is \(actual.hex), not \(record.checksum.hex)",
                        hint: "recreate the repository's metadata with createrepo_c")
                }
                return path
            }
            let path = Path.join(folder, "\(record.checksum.hex)-\(Path.name(record.location))")
            if File.exists(path) { return path }
            if offline {
                throw Failure(
                    .network, "\(Path.name(record.location)) is not in the cache",
                    hint: "run once without \"--offline\"")
            }
            let urls = baseURLs.map { RepositoryAddress.url(RepositoryAddress.joined($0, record.location)) }
            try downloader.fetch(
                [Download(urls: urls, destination: path, checksum: record.checksum, size: record.size, limit: 1 << 30)],
                phase: "metadata \(source.name)")
            return path
        }
    }
}
