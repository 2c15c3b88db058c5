import Host
import Transfer
public import Updates

/// The folder that `nodewright build --format update` has written, its files compared with its manifest.
public struct ReleaseFolder: Sendable {
    /// Its path.
    public let path: String
    /// What its manifest says.
    public let manifest: ReleaseManifest

    /// Reads a folder.
    ///
    /// - Parameter progress: hears how much has been compared
    /// - Throws: `.invalidInput` when it is none, `.signature` when a file is not what the manifest says
    public init(_ path: String, progress: ProgressSink = silent) throws {
        self.path = path
        let file = Path.join(path, ReleaseManifest.fileName)
        guard File.exists(file) else {
            throw Failure(
                .invalidInput, "\"\(path)\" is no update folder: it has no \(ReleaseManifest.fileName)",
                hint: "nodewright build RECIPE --format update writes one, as OUTPUT/update")
        }
        manifest = try ReleaseManifest(File.read(file, limit: ReleaseManifest.limit), file: file)
        let phase = "compare"
        let total = manifest.files.map(\.size).reduce(0, +)
        progress(.started(phase: phase, total: total, unit: .bytes))
        var done = 0
        for entry in manifest.files {
            let place = Path.join(path, entry.name)
            guard try File.size(place) == entry.size, try Checksum.of(file: place) == entry.sha256 else {
                throw Failure(
                    .signature, "\"\(place)\" is not the file that its manifest describes",
                    hint: "build the folder again")
            }
            done += entry.size
            progress(.advanced(phase: phase, done: done, total: total))
        }
        progress(.finished(phase: phase, note: "\(manifest.files.count) files as their manifest says"))
    }
}
