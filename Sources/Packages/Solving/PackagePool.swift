import CSolv
import Glibc
import Host

/// All packages of all repositories, in libsolv's pool. Used by one thread at a time.
final class PackagePool {
    let pool: UnsafeMutablePointer<Pool>
    /// The repositories in the order in which they were added.
    private(set) var repositories: [PoolRepository] = []
    private(set) var isReady = false
    private let considered: UnsafeMutablePointer<Map>

    /// A pool of packages for an architecture (`x86_64`) and those that it can run.
    init(architecture: String) throws {
        guard let pool = pool_create() else { throw Failure(.internalError, "libsolv could not be started") }
        self.pool = pool
        considered = .allocate(capacity: 1)
        considered.initialize(to: Map())
        // Debian's build of libsolv compares versions like dpkg unless told otherwise.
        pool_setdisttype(pool, DISTTYPE_RPM)
        // As Fedora builds libsolv: glibc.i686 and glibc.x86_64 can be installed together, neither replaces the other.
        pool_set_flag(pool, POOL_FLAG_OBSOLETEUSESCOLORS, 1)
        pool_set_flag(pool, POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1)
        // As libdnf: a dependency on an excluded package is explained by the exclusion.
        pool_set_flag(pool, POOL_FLAG_WHATPROVIDESWITHDISABLED, 1)
        pool_setarch(pool, architecture)
    }

    deinit {
        pool.pointee.considered = nil
        map_free(considered)
        considered.deallocate()
        pool_free(pool)
    }

    /// Adds the packages that a repository describes.
    ///
    /// - Parameters:
    ///   - withFileLists: also every file that is not among the common ones in the primary metadata
    ///   - cache: the folder for parsed metadata
    func add(_ metadata: RepositoryMetadata, withFileLists: Bool, cache: String) throws {
        let repository = try during("repository \"\(metadata.source.name)\"") {
            try PoolRepository(metadata, in: pool, cache: cache)
        }
        repositories.append(repository)
        if withFileLists { try repository.loadFileLists(cache: cache) }
        isReady = false
    }

    /// Computes what provides what; needed before questions and solving.
    func makeReady() {
        guard !isReady else { return }
        isReady = true
        pool_addfileprovides(pool)
        pool_createwhatprovides(pool)
    }

    /// Must be called after file lists were added to a pool that was ready.
    func contentChanged() {
        isReady = false
        makeReady()
    }

    /// Hides packages from requests and from the solver.
    func exclude(_ ids: [Id]) {
        guard !ids.isEmpty else { return }
        if pool.pointee.considered == nil {
            map_init(considered, pool.pointee.nsolvables)
            map_setall(considered)
            pool.pointee.considered = considered
        }
        for id in ids { map_clr(considered, id) }
        excluded.formUnion(ids)
        availableIDs = self.ids.filter { !excluded.contains($0) }
    }

    /// What `exclude` was given.
    private(set) var excluded: Set<Id> = []
    /// The part of `excluded` that belongs to inactive module streams.
    var excludedByModules: Set<Id> = []

    /// Every package that is not a source package; complete once all repositories have been added.
    private(set) lazy var ids: [Id] = (2..<max(2, pool.pointee.nsolvables)).filter { id in
        let solvable = pool.pointee.solvables[Int(id)]
        return solvable.repo != nil && solvable.arch != Id(ARCH_SRC.rawValue)
            && solvable.arch != Id(ARCH_NOSRC.rawValue)
    }

    /// `ids` without the excluded ones.
    private(set) lazy var availableIDs: [Id] = ids

    /// Every package by its name.
    private(set) lazy var byName: [Id: [Id]] = Dictionary(grouping: ids) { solvable($0).pointee.name }
    /// The packages that obsolete something.
    private(set) lazy var obsoleters: [Id] = ids.filter { solvable($0).pointee.obsoletes != 0 }

    func solvable(_ id: Id) -> UnsafeMutablePointer<Solvable> { pool.pointee.solvables + Int(id) }

    func string(_ id: Id) -> String { String(cString: pool_id2str(pool, id)) }

    /// The text of a dependency: `libc.so.6()(64bit) >= 2`.
    func dependency(_ id: Id) -> String { String(cString: pool_dep2str(pool, id)) }

    /// `bash-5.1.8-9.el9.x86_64`, with the epoch unless it is 0.
    func nevra(_ id: Id) -> String { String(cString: pool_solvid2str(pool, id)) }

    func name(_ id: Id) -> String { string(solvable(id).pointee.name) }

    /// The packages that satisfy a dependency.
    func providers(_ dependency: Id) -> [Id] {
        var result: [Id] = []
        var position = pool_whatprovides(pool, dependency)
        while true {
            let id = pool.pointee.whatprovidesdata[Int(position)]
            if id == 0 { return result }
            result.append(id)
            position += 1
        }
    }

    /// The dependencies of a package under a key (`SOLVABLE_REQUIRES` …).
    func dependencies(_ id: Id, _ key: solv_knownid) -> [Id] {
        let queue = IdQueue()
        // 0: both the ordinary and the pre-install part.
        solvable_lookup_deparray(solvable(id), Id(key.rawValue), queue.pointer, 0)
        return queue.ids.filter { $0 != Id(SOLVABLE_PREREQMARKER.rawValue) && $0 != Id(SOLVABLE_FILEMARKER.rawValue) }
    }
}
