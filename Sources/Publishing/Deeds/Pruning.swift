import Document
import Host
import Updates

/// Takes out of a repository what nobody is offered any more, in two runs: the first one takes releases that no channel offers out of
/// the metadata, the next one removes the files. So a reader that has the metadata of the first run finds its files.
public struct Pruning {
    /// The only kind of it.
    public init() {}

    /// Prunes a repository.
    ///
    /// - Throws: `.nothingToDo` when there is nothing to be taken out
    public func apply(_ update: RepositoryUpdate) throws -> PublishResult {
        let state = update.state
        let offered = Set(try state.channels.flatMap { try state.lists(channel: $0) }.flatMap(\.offers).map(\.manifest))
        let folders = Set(offered.map { Path.parent($0) })
        var releases: Set<String> = []
        let before = try Self.files(state)
        for (role, metadata) in state.targets {
            // …/PRODUCT/VERSION/ARCH/FILE; lists have fewer parts.
            let left = metadata.targets.keys.filter { path in
                path.split(separator: "/").count > 3 && !folders.contains(Path.parent(path))
            }
            guard !left.isEmpty else { continue }
            update.change(role) { for path in left { $0.targets[path] = nil } }
            releases.formUnion(left.map { Path.parent($0) })
        }
        try update.requireKeys([])
        let count = try update.storage.prune(keeping: before)
        guard !releases.isEmpty || count > 0 else {
            throw Failure(.nothingToDo, "everything in \(update.storage.name) is offered by a channel")
        }
        // Without a change of the metadata there is nothing to be signed; a registry still has to be told.
        if releases.isEmpty { try update.publishAgain() } else { try update.commit() }
        return PublishResult(
            releases.sorted().map { "\($0) is no longer in the metadata" }
                + ["\(count) files that no metadata leads to have been removed"],
            [.init("releases", .strings(releases.sorted())), .init("files", .integer(count))])
    }

    /// The files that the state leads to, besides root files and timestamp.
    private static func files(_ state: RepositoryState) throws -> Set<String> {
        var files = Set(
            try state.targets.values.flatMap { metadata in
                try metadata.targets.values.map { try RepositoryState.place($0.path, RepositoryState.sha256($0)) }
            })
        for (name, file) in state.snapshot?.files ?? [:] { files.insert("metadata/\(file.version).\(name)") }
        if let snapshot = state.snapshot { files.insert("metadata/\(snapshot.version).snapshot.json") }
        return files
    }
}
