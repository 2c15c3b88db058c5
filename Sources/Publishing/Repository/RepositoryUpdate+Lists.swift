import Host
import Updates

extension RepositoryUpdate {
    /// What a channel offers; an empty list when there is none.
    func list(channel: String, product: String, architecture: String) throws -> ChannelList {
        let empty = ChannelList(channel: channel, product: product, architecture: architecture)
        guard let target = state.targets[role(of: channel)]?.targets[empty.path] else { return empty }
        return try ChannelList(content(target, limit: ChannelList.limit), file: empty.path)
    }

    /// Every list of a channel.
    func lists(channel: String) throws -> [ChannelList] {
        let folder = "channels/\(channel)"
        return try (state.targets[role(of: channel)]?.targets.values.map { $0 } ?? [])
            .filter { Path.parent($0.path) == folder }
            .sorted { $0.path < $1.path }
            .map { try ChannelList(content($0, limit: ChannelList.limit), file: $0.path) }
    }

    /// The names of all channels that have a list.
    var channels: [String] {
        let names = allTargets.compactMap { target -> String? in
            let parts = target.path.split(separator: "/")
            return parts.count == 3 && parts[0] == "channels" ? String(parts[1]) : nil
        }
        return Array(Set(names)).sorted()
    }

    /// Replaces a list; the old one is no target any more.
    func put(_ list: ChannelList) throws { try add(list.path, list.bytes, role: role(of: list.channel)) }

    /// The manifests of a version in all channels, by path.
    func manifests(product: String?, version: ReleaseVersion) -> [TargetFile] {
        allTargets.filter { target in
            // …/PRODUCT/VERSION/ARCH/manifest.json
            let parts = target.path.split(separator: "/").suffix(4)
            guard parts.count == 4, parts.last.map(String.init) == ReleaseManifest.fileName else { return false }
            return parts.dropFirst().first.map(String.init) == version.description
                && (product == nil || parts.first.map(String.init) == product)
        }
    }
}
