import Document
import Host
import Transfer
public import Updates

/// Publishes an update folder: its files, its manifest, and its offer in a channel.
public struct ReleasePublication {
    /// The folder.
    public var folder: ReleaseFolder
    /// Who gets it first: `stable` or `testing`, or any other channel.
    public var channel: String
    /// To how many of a hundred machines it is offered; nil leaves what is published, or offers it to all.
    public var rollout: Int?
    /// The oldest version that may be upgraded to it directly; nil leaves what is published, or what the manifest says.
    public var minimumVersion: ReleaseVersion?
    /// What is new; nil leaves what is published, or what the manifest says.
    public var notes: String?

    /// - Parameter channel: must be one that `ReleaseName.isChannel` takes
    public init(_ folder: ReleaseFolder, channel: String) {
        self.folder = folder
        self.channel = channel
    }

    /// Publishes it.
    ///
    /// - Throws: `.nothingToDo` when all of it is published already, `.invalidInput` when the version is published with
    ///   another content
    public func publish(_ update: RepositoryUpdate, progress: ProgressSink = silent) throws -> PublishResult {
        let role = update.state.role(of: channel)
        try update.requireKeys([role])
        var release = folder.manifest
        if let minimumVersion { release.minimumVersion = minimumVersion }
        if let notes { release.notes = notes }
        let indexes = try ChunkIndexes.files(of: folder, progress: progress)
        release.files =
            (release.files
            + indexes.map {
                .init(name: $0.name, size: $0.content.count, sha256: Checksum.of($0.content))
            }).sorted { $0.name < $1.name }

        let manifestPath = path(ReleaseManifest.fileName, release, update)
        let published = try earlier(release, update)
        if let published { release = try unchanged(published.release, release) }
        let isNew = update.state.targets[role]?.targets[manifestPath] == nil
        if isNew { try add(release, indexes, role, manifestPath, published?.path, update, progress) }

        var list = try update.state.list(channel: channel, product: release.name, architecture: release.architecture)
        let before = list.offer(release.version)
        let offer = ChannelList.Offer(
            version: release.version, manifest: manifestPath, rollout: rollout ?? before?.rollout ?? 100,
            minimumVersion: release.minimumVersion)
        guard isNew || offer != before else {
            throw Failure(
                .nothingToDo,
                "\(release.name) \(release.version) is in the channel \(channel) of \(update.storage.name) already")
        }
        list.put(offer)
        try update.put(list)
        try update.commit()
        return PublishResult(
            [
                "\(release.name) \(release.version) (\(release.architecture)) is in the channel \(channel), "
                    + "for \(offer.rollout) % of the nodes"
            ],
            [
                .init("product", .string(release.name)), .init("version", .string(release.version.description)),
                .init("architecture", .string(release.architecture)), .init("channel", .string(channel)),
                .init("rollout", .integer(offer.rollout)), .init("manifest", .string(manifestPath)),
            ])
    }

    private func path(_ name: String, _ release: ReleaseManifest, _ update: RepositoryUpdate) -> String {
        ReleasePath.file(
            name, product: release.name, version: release.version, architecture: release.architecture,
            delegated: update.state.folder(of: channel))
    }

    /// The manifest of the same version that is published, in whichever channel.
    private func earlier(
        _ release: ReleaseManifest, _ update: RepositoryUpdate
    ) throws -> (path: String, release: ReleaseManifest)? {
        try update.state.manifests(product: release.name, version: release.version)
            .first { Path.name(Path.parent($0.path)) == release.architecture }
            .map {
                ($0.path, try ReleaseManifest(update.state.content($0, limit: ReleaseManifest.limit), file: $0.path))
            }
    }

    /// A version is one content for ever: nodes compare versions, and what a version is must not depend on when it was fetched.
    private func unchanged(_ published: ReleaseManifest, _ release: ReleaseManifest) throws -> ReleaseManifest {
        var wanted = release
        if notes == nil { wanted.notes = published.notes }
        if minimumVersion == nil { wanted.minimumVersion = published.minimumVersion }
        // What was made of the files when they were published, such as their indexes, stays as it is.
        let files = folder.manifest.files.filter { published.file($0.name) != $0 }.map(\.name)
        if files.isEmpty { wanted.files = published.files }
        guard wanted != published else { return published }
        let what = files.isEmpty ? "another manifest" : "other files (\(files.joined(separator: ", ")))"
        throw Failure(
            .invalidInput, "\(release.name) \(release.version) is published already, with \(what)",
            hint: "give the build another version; what a version is does not change")
    }

    private func add(
        _ release: ReleaseManifest, _ indexes: [(name: String, content: [UInt8])], _ role: String, _ manifest: String,
        _ earlier: String?, _ update: RepositoryUpdate, _ progress: ProgressSink
    ) throws {
        let phase = "copy"
        let total = release.files.map(\.size).reduce(0, +)
        progress(.started(phase: phase, total: total, unit: .bytes))
        var done = 0
        for file in release.files {
            let target = path(file.name, release, update)
            if folder.manifest.file(file.name) == file {
                try update.add(
                    target, from: Path.join(folder.path, file.name), size: file.size, sha256: file.sha256, role: role)
            } else if let known = earlier.flatMap({ update.state.target(ReleasePath.beside($0, file.name)) }) {
                try update.add(target, like: known, role: role)
            } else if let index = indexes.first(where: { $0.name == file.name }) {
                try update.add(target, index.content, role: role)
            }
            done += file.size
            progress(.advanced(phase: phase, done: done, total: total))
        }
        try update.add(manifest, release.bytes, role: role)
        progress(.finished(phase: phase, note: "\(release.files.count + 1) files"))
    }
}
