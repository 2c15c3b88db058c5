import CSolv

/// Why each package of a solution is there: the request that asked for it, or the package that needs it.
struct InstallReasons {
    private var reasons: [Id: PackageReason] = [:]

    subscript(_ id: Id) -> PackageReason { reasons[id] ?? .dependency(of: "the solver") }

    /// Walks from the requested packages along requirements, nearest first; what is left came in by weak dependencies.
    init(pool: PackagePool, chosen: [Id], wishes: [RequestedJobs.Wish]) {
        let members = Set(chosen)
        var waiting: [Id] = []
        for wish in wishes {
            for id in wish.ids where members.contains(id) && reasons[id] == nil {
                reasons[id] = .request(wish.request)
                waiting.append(id)
            }
        }
        func follow(_ key: solv_knownid, _ reason: (String) -> PackageReason) {
            var next = 0
            while next < waiting.count {
                let id = waiting[next]
                next += 1
                let needed = Set(pool.dependencies(id, key).flatMap(pool.providers).filter { members.contains($0) })
                for other in needed.sorted(by: { pool.nevra($0) < pool.nevra($1) }) where reasons[other] == nil {
                    reasons[other] = reason(pool.name(id))
                    waiting.append(other)
                }
            }
        }
        let strict = { (name: String) in PackageReason.dependency(of: name) }
        follow(SOLVABLE_REQUIRES, strict)
        let count = waiting.count
        follow(SOLVABLE_RECOMMENDS) { .recommendation(of: $0) }
        if waiting.count > count { follow(SOLVABLE_REQUIRES, strict) }
        for id in chosen where reasons[id] == nil {
            let wanted = pool.dependencies(id, SOLVABLE_SUPPLEMENTS).map(pool.dependency).sorted().first
            reasons[id] = .supplement(of: wanted ?? "")
        }
    }
}
