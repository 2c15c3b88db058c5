import Document
import Host
public import Updates

/// Changes what a channel offers, of releases that are published: promotes one from another channel, takes one back, or offers
/// it to more nodes.
public struct OfferChange {
    /// What happens to the offer.
    public enum Action: Sendable {
        /// The channel offers it from now on.
        case promote
        /// The channel does not offer it any more. Nodes that run it keep it.
        case withdraw
        /// Only its share of the nodes changes.
        case share
    }

    /// The channel.
    public var channel: String
    /// What happens.
    public var action: Action
    /// The release; nil for the newest that the channel offers.
    public var version: ReleaseVersion?
    /// Only this product; nil when the repository has one.
    public var product: String?
    /// Only this architecture; nil for all.
    public var architecture: String?
    /// To how many of a hundred machines it is offered.
    public var rollout: Int?

    /// - Parameter channel: must be one that `ReleaseName.isChannel` takes
    public init(channel: String, _ action: Action, version: ReleaseVersion? = nil) {
        self.channel = channel
        self.action = action
        self.version = version
    }

    /// Changes it.
    ///
    /// - Throws: `.nothingToDo` when it is so already, `.invalidInput` when there is no such release
    public func apply(_ update: RepositoryUpdate) throws -> PublishResult {
        try update.requireKeys([update.state.role(of: channel)])
        let changes = action == .promote ? try promotions(update) : try changes(update)
        let lines = try changes.compactMap { list, version, line -> String? in
            let before = try update.state.list(channel: channel, product: list.product, architecture: list.architecture)
            guard list != before else { return nil }
            try update.put(list)
            return "\(list.product) \(version) (\(list.architecture)) \(line)"
        }
        guard !lines.isEmpty else {
            throw Failure(.nothingToDo, "the channel \(channel) of \(update.storage.name) is as asked for already")
        }
        try update.commit()
        return PublishResult(lines, [.init("channel", .string(channel)), .init("changes", .strings(lines))])
    }

    private typealias Change = (list: ChannelList, version: ReleaseVersion, line: String)

    private func promotions(_ update: RepositoryUpdate) throws -> [Change] {
        guard let version else { throw Failure(.invalidInput, "a version has to be promoted") }
        let manifests = try update.state.manifests(product: product, version: version).map {
            (
                target: $0,
                release: try ReleaseManifest(update.state.content($0, limit: ReleaseManifest.limit), file: $0.path)
            )
        }.filter { architecture == nil || $0.release.architecture == architecture }
        guard let first = manifests.first else { throw absent(version, update) }
        try requireOneProduct(manifests.map(\.release.name))
        return try Set(manifests.map(\.release.architecture)).sorted().map { architecture in
            let here = manifests.filter { $0.release.architecture == architecture }
            let path = ReleasePath.file(
                ReleaseManifest.fileName, product: first.release.name, version: version, architecture: architecture,
                delegated: update.state.folder(of: channel))
            let source = here.first { $0.target.path == path } ?? here[0]
            if source.target.path != path { try copy(source.release, from: source.target.path, to: path, update) }
            var list = try update.state.list(channel: channel, product: source.release.name, architecture: architecture)
            let share = rollout ?? list.offer(version)?.rollout ?? 100
            list.put(
                .init(
                    version: version, manifest: path, rollout: share, minimumVersion: source.release.minimumVersion))
            return (list, version, "is in the channel \(channel), for \(share) % of the nodes")
        }
    }

    /// The same files under the name of another role, which has to sign for them itself.
    private func copy(_ release: ReleaseManifest, from: String, to: String, _ update: RepositoryUpdate) throws {
        let role = update.state.role(of: channel)
        for name in release.files.map(\.name) + [ReleaseManifest.fileName] {
            guard let target = update.state.target(ReleasePath.beside(from, name)) else {
                throw Failure(.signature, "the release in \"\(Path.parent(from))\" lacks \(name)")
            }
            if name != ReleaseManifest.fileName, try RepositoryState.sha256(target) != release.file(name)?.sha256 {
                throw Failure(.signature, "\"\(target.path)\" is not the file that its manifest describes")
            }
            try update.add(ReleasePath.beside(to, name), like: target, role: role)
        }
    }

    private func changes(_ update: RepositoryUpdate) throws -> [Change] {
        let lists = try update.state.lists(channel: channel).filter {
            (product == nil || $0.product == product) && (architecture == nil || $0.architecture == architecture)
        }
        try requireOneProduct(lists.map(\.product))
        guard let newest = version ?? lists.compactMap({ $0.offers.first?.version }).max() else {
            throw Failure(.invalidInput, "the channel \(channel) of \(update.storage.name) offers nothing")
        }
        let having = lists.filter { $0.offer(newest) != nil }
        guard !having.isEmpty else { throw absent(newest, update) }
        return having.compactMap { list in
            guard var offer = list.offer(newest) else { return nil }
            var list = list
            if action == .withdraw {
                list.remove(newest)
                return (list, newest, "is no longer in the channel \(channel)")
            }
            offer.rollout = rollout ?? offer.rollout
            list.put(offer)
            return (list, newest, "is for \(offer.rollout) % of the nodes in the channel \(channel)")
        }
    }

    private func requireOneProduct(_ names: [String]) throws {
        let names = Set(names).sorted()
        if names.count > 1 {
            throw Failure(
                .invalidInput, "the repository has several products: \(names.joined(separator: ", "))",
                hint: "say which one with --product")
        }
    }

    private func absent(_ version: ReleaseVersion, _ update: RepositoryUpdate) -> Failure {
        let place = action == .promote ? "the repository \(update.storage.name)" : "the channel \(channel)"
        return Failure(
            .invalidInput, "there is no release \(version) in \(place)",
            hint: "\"nodewright publish --list --repository PATH\" shows what there is")
    }
}
