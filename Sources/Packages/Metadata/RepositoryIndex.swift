import Host
import Transfer

/// What `repomd.xml` says: which metadata files there are and what they must hash to.
struct RepositoryIndex {
    /// One metadata file.
    struct Record {
        var type: String
        /// Relative to the base URL, checked to stay below it.
        var location: String
        var checksum: Checksum
        var size: Int?
    }

    /// The records by type; of two with the same type the first one counts.
    var records: [String: Record] = [:]

    /// Reads `repomd.xml`.
    ///
    /// - Parameters:
    ///   - bytes: the file
    ///   - repository: the repository's name, for failures
    init(_ bytes: [UInt8], repository: String) throws {
        let document = "repomd.xml of \"\(repository)\""
        let root = try XMLElement.parse(bytes, document: document)
        guard root.name == "repomd" else { throw Failure(.invalidInput, "\(document) is not repository metadata") }
        for data in root.all("data") {
            guard let type = data.attributes["type"], records[type] == nil else { continue }
            guard let location = data.first("location")?.attributes["href"], isPlainRelativePath(location) else {
                throw Failure(.invalidInput, "\(document): the place of \"\(type)\" leads out of the repository")
            }
            // A record without a strong checksum is as good as absent: nothing could vouch for its content.
            guard let element = data.first("checksum"),
                let algorithm = HashAlgorithm(metadataName: element.attributes["type"] ?? ""), algorithm != .sha1,
                let checksum = Checksum(algorithm, hex: element.trimmedText)
            else { continue }
            let size = data.text(of: "size").flatMap { Int($0) }
            if let size, size < 0 || size > 1 << 30 {
                throw Failure(.invalidInput, "\(document): \"\(type)\" is said to have \(size) bytes")
            }
            records[type] = Record(type: type, location: location, checksum: checksum, size: size)
        }
        guard records["primary"] != nil else {
            throw Failure(
                .invalidInput, "\(document) names no \"primary\" metadata with a SHA-256 or SHA-512 checksum",
                hint: "recreate the repository with createrepo_c")
        }
    }

    /// The record of the first type that is there.
    func record(_ types: String...) -> Record? { types.lazy.compactMap { records[$0] }.first }
}

/// Whether the path stays below the folder that it is relative to.
func isPlainRelativePath(_ path: String) -> Bool {
    !path.isEmpty && !path.hasPrefix("/") && !path.contains("\\") && !path.contains("://") && !path.contains("\0")
        && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != ".." && $0 != "" }
}
