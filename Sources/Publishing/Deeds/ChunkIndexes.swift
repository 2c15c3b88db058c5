import Host

/// The chunk indexes of a release: what nodes need for fetching only the parts of a file that they do not have.
enum ChunkIndexes {
    /// The indexes of a folder's files, by name.
    static func files(of folder: ReleaseFolder) throws -> [(name: String, content: [UInt8])] { [] }
}
