import CSolv
import Host

/// From requests to an exact set of packages.
public struct Resolver: Sendable {
    private let cacheFolder: String
    private let offline: Bool
    private let progress: ProgressSink

    /// A resolver.
    ///
    /// - Parameters:
    ///   - cacheFolder: the cache, whose folder `metadata/` keeps what was fetched and parsed
    ///   - offline: use only what earlier runs fetched
    public init(
        cacheFolder: String, offline: Bool = false, progress: @escaping ProgressSink = silent
    ) {
        self.cacheFolder = cacheFolder
        self.offline = offline
        self.progress = progress
    }

    private var metadataFolder: String { Path.join(cacheFolder, "metadata") }

    /// Chooses the packages; the same that dnf would choose for an empty system.
    ///
    /// - Throws: `.invalidInput` for unknown names and for requests that cannot be fulfilled, with an explanation;
    ///   `.network` and `.signature` for metadata that cannot be fetched or believed
    public func resolve(_ request: ResolutionRequest) throws -> Lock {
        guard !request.repositories.isEmpty else {
            throw Failure(.invalidInput, "there is no repository to take packages from")
        }
        let phase = "resolve"
        progress(.started(phase: phase, total: nil, unit: .items))
        let store = MetadataStore(folder: metadataFolder, offline: offline, progress: progress)
        let metadata = try parallelMap(request.repositories, workers: 4) { try store.load($0) }
        let pool = try PackagePool(architecture: request.architecture)
        let parsed = Path.join(metadataFolder, "parsed")
        for repository in metadata { try pool.add(repository, withFileLists: false, cache: parsed) }
        pool.makeReady()
        try hideModules(metadata, pool)

        var jobs = try requestedJobs(request, metadata, pool)
        let lists = pool.repositories.filter(\.offersFileLists)
        let files = FileDependencies(pool: pool, weakDependencies: request.weakDependencies)
        let requestsFile = request.packages.contains {
            $0.hasPrefix("*/") || $0.hasPrefix("/") && !FileDependencies.isCommon($0)
        }
        if !lists.isEmpty, requestsFile || files.needFileLists(from: jobs.wishes.flatMap(\.ids)) {
            for repository in lists { try repository.loadFileLists(cache: parsed) }
            pool.contentChanged()
            jobs = try requestedJobs(request, metadata, pool)
        }
        try jobs.requireNoUnknown()
        for warning in jobs.warnings { progress(.warning(warning)) }
        let chosen = try PackageSolver(pool: pool, weakDependencies: request.weakDependencies).solve(jobs.jobs)
        let reasons = InstallReasons(pool: pool, chosen: chosen, wishes: jobs.wishes)
        let lock = try Lock(request: request, metadata: metadata, packages: chosen.map { try pool.locked($0, reasons) })
        progress(.finished(phase: phase, note: "\(lock.packages.count) packages, \(lock.downloadSize / 1_000_000) MB"))
        return lock
    }

    private func requestedJobs(
        _ request: ResolutionRequest, _ metadata: [RepositoryMetadata], _ pool: PackagePool
    ) throws -> RequestedJobs {
        var groups = PackageGroups()
        if request.packages.contains(where: { $0.hasPrefix("@") }) {
            for repository in metadata {
                guard let record = repository.index.record("group_gz", "group", "group_xz", "group_zst") else {
                    continue
                }
                try groups.add(CompressedFile.read(repository.file(record)), repository: repository.source.name)
            }
        }
        var jobs = RequestedJobs(pool: pool, groups: groups, architecture: request.architecture)
        jobs.exclude(request.packages.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) })
        for text in request.packages where !text.hasPrefix("-") { try jobs.add(text) }
        return jobs
    }

    private func hideModules(_ metadata: [RepositoryMetadata], _ pool: PackagePool) throws {
        var modules = ModuleStreams()
        for repository in metadata {
            guard repository.source.filtersModules, let record = repository.index.record("modules") else { continue }
            try modules.add(CompressedFile.read(repository.file(record)), repository: repository.source.name)
        }
        guard !modules.isEmpty else { return }
        // Packages of a repository without filter stay, whatever the others' streams say (dnf: module_hotfixes).
        let unfiltered = Set(pool.repositories.filter { !$0.metadata.source.filtersModules }.map(\.id))
        let hidden = modules.hidden(in: pool).filter { id in
            !unfiltered.contains(pool.solvable(id).pointee.repo.pointee.repoid)
        }
        pool.excludedByModules = Set(hidden)
        pool.exclude(hidden)
    }
}
