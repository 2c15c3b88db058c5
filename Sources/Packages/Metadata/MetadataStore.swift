import Host
import Transfer

/// Finds, fetches and verifies the metadata of repositories.
struct MetadataStore: Sendable {
    /// The folder `metadata/` of the cache.
    let folder: String
    /// Use only what earlier runs left.
    var offline = false
    var progress: ProgressSink = silent

    /// Small files (index, signature, key, list of mirrors) are refused beyond this many bytes.
    private static let smallFileLimit = 8 << 20

    private var downloader: Downloader { Downloader(progress: progress) }

    /// The verified index of a repository.
    ///
    /// The index is believed when its signature is good; or when there is none but a metalink that came over TLS (or from
    /// a local file) names its checksum, which is how Fedora's mirrors work; or when the recipe allows unsigned content.
    func load(_ source: RepositorySource) throws -> RepositoryMetadata {
        try during("repository \"\(source.name)\"") {
            let keys = try self.keys(of: source)
            let cache = try cacheFolder(of: source)
            let (mirrors, metalink) = try self.mirrors(of: source)
            return try firstGood(mirrors) { mirror in
                try load(source, from: mirror, of: mirrors, metalink: metalink, keys: keys, cache: cache)
            }
        }
    }

    /// The base URLs of a repository, best first, and its metalink when it has one.
    func mirrors(of source: RepositorySource) throws -> ([String], Metalink?) {
        let cache = try cacheFolder(of: source)
        var metalink: Metalink?
        var mirrors = source.baseURLs
        if let address = source.metalink {
            let link = try Metalink(small(address, as: "metalink.xml", in: cache), repository: source.name)
            metalink = link
            mirrors += link.baseURLs
        }
        if let address = source.mirrorlist { mirrors += try mirrorlist(address, cache) }
        guard !mirrors.isEmpty else {
            throw Failure(
                .invalidInput, "it has no address", hint: "give it \"baseurl\", \"metalink\" or \"mirrorlist\"")
        }
        return (mirrors, metalink)
    }

    /// The value for the first mirror that gives one; else the gravest failure.
    private func firstGood<Value>(_ mirrors: [String], _ body: (String) throws -> Value) throws -> Value {
        var failures: [Failure] = []
        for mirror in mirrors {
            do { return try body(mirror) } catch let failure as Failure {
                failures.append(failure)
                if failures.count < mirrors.count {
                    progress(.warning("\(redacted(mirror)): \(failure.message); trying the next mirror"))
                }
            }
        }
        let gravest =
            failures.first { $0.status == .signature } ?? failures.first { $0.status != .network } ?? failures.first
        throw gravest ?? Failure(.network, "no mirror answers")
    }

    private func load(
        _ source: RepositorySource, from mirror: String, of mirrors: [String], metalink: Metalink?,
        keys: RepositoryKeys,
        cache: String
    ) throws -> RepositoryMetadata {
        let address = RepositoryAddress.joined(mirror, "repodata/repomd.xml")
        let content = try small(address, as: "repomd.xml", in: cache)
        let listed = metalink.map { link in
            link.checksums.contains { Checksum.of(content, $0.algorithm) == $0 }
        }
        if listed == false {
            throw Failure(.signature, "\(redacted(mirror)) serves a repomd.xml that the metalink does not name")
        }
        if !source.allowsUnsigned {
            let signature = try? small(address + ".asc", as: "repomd.xml.asc", in: cache)
            if let signature {
                try keys.requireUsable(repository: source.name)
                try DetachedSignature(keys: keys).verify(content, signature: signature, what: "repomd.xml")
            } else if listed != true || !isTrustworthy(source.metalink) {
                throw Failure(
                    .signature, "repomd.xml is not signed (there is no repomd.xml.asc beside it)",
                    hint: "sign it with \"gpg --detach-sign --armor\", or write \"unsigned: allow\" for this repository"
                )
            }
        }
        return RepositoryMetadata(
            source: source, baseURLs: [mirror] + mirrors.filter { $0 != mirror },
            index: try RepositoryIndex(content, repository: source.name), checksum: .of(content), keys: keys,
            folder: cache,
            downloader: downloader, offline: offline)
    }

    private func isTrustworthy(_ address: String?) -> Bool {
        guard let address else { return false }
        return address.hasPrefix("https:") || RepositoryAddress.localPath(address) != nil
    }

    /// The keys of a repository with their validity now.
    func keys(of source: RepositorySource) throws -> RepositoryKeys {
        var keys = RepositoryKeys()
        guard !source.keys.isEmpty else { return keys }
        let cache = try cacheFolder(of: source)
        for address in source.keys {
            guard isTrustworthy(address) else {
                throw Failure(
                    .signature, "the key \(redacted(address)) does not come over TLS",
                    hint: "use an https: address or a file")
            }
            let name = "key-\(Checksum.of(Array(address.utf8)).hex.prefix(16)).asc"
            try keys.add(small(address, as: name, in: cache), named: redacted(address))
        }
        return keys
    }

    private func mirrorlist(_ address: String, _ cache: String) throws -> [String] {
        let text = String(decoding: try small(address, as: "mirrorlist", in: cache), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map(String.init).filter { line in
            ["http://", "https://", "file:"].contains(where: line.hasPrefix)
        }
    }

    /// A small file, from a local path or from the network; what came from the network is kept for `offline`.
    private func small(_ address: String, as name: String, in cache: String) throws -> [UInt8] {
        if let path = RepositoryAddress.localPath(address) { return try File.read(path, limit: Self.smallFileLimit) }
        let kept = Path.join(cache, name)
        if offline {
            guard File.exists(kept) else {
                throw Failure(
                    .network, "\(redacted(address)) is not in the cache", hint: "run once without \"--offline\"")
            }
            return try File.read(kept, limit: Self.smallFileLimit)
        }
        let content = try downloader.bytes(address, limit: Self.smallFileLimit)
        if (try? File.read(kept, limit: Self.smallFileLimit)) != content {
            try Folder.create(cache)
            try File.write(kept, content)
        }
        return content
    }

    private func cacheFolder(of source: RepositorySource) throws -> String {
        var digest = Digest()
        for address in source.baseURLs + [source.metalink ?? "", source.mirrorlist ?? ""] {
            digest.update(field: address)
        }
        let plain = source.name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) && $0 != "." }
        return Path.join(folder, "\(plain)-\(digest.finish().hex.prefix(16))")
    }
}
