import Delta
import Host
import Updates

/// The chunk indexes of a release: what nodes need for fetching only the parts of a file that they do not have.
enum ChunkIndexes {
    /// The indexes of a folder's files, by name.
    static func files(of folder: ReleaseFolder, progress: ProgressSink) throws -> [(name: String, content: [UInt8])] {
        let files = folder.manifest.files.compactMap { file in
            ReleaseManifest.chunkIndex(of: file.name).map { (file, name: $0) }
        }.filter { folder.manifest.file($0.name) == nil }
        let phase = "cut into chunks"
        let total = files.map(\.0.size).reduce(0, +)
        progress(.started(phase: phase, total: total, unit: .bytes))
        var done = 0
        var count = 0
        let indexes = try files.map { file, name in
            let index = try ChunkIndex(of: FileRegion(Path.join(folder.path, file.name), length: file.size))
            done += file.size
            count += index.chunks.count
            progress(.advanced(phase: phase, done: done, total: total))
            return (name: name, content: index.bytes)
        }
        progress(.finished(phase: phase, note: "\(count) chunks in \(files.count) files"))
        return indexes
    }
}
