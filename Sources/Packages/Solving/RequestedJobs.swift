import CSolv
import Host

/// Turns requests into the jobs that dnf would give to the solver.
struct RequestedJobs {
    let pool: PackagePool
    let groups: PackageGroups
    let architecture: String

    /// The packages that a request may mean, and the request.
    struct Wish {
        var request: String
        var ids: [Id]
    }

    /// libsolv's queue of (how, what).
    private(set) var jobs: [(how: Int32, what: Id)] = []
    /// What was asked for, in the order of the requests.
    private(set) var wishes: [Wish] = []
    /// Group members that no repository has.
    private(set) var warnings: [String] = []

    private var unmatched: [String] = []
    /// Groups that environments are taken without.
    private var excludedGroups: Set<String> = []

    init(pool: PackagePool, groups: PackageGroups, architecture: String) {
        self.pool = pool
        self.groups = groups
        self.architecture = architecture
    }

    private var query: PackageQuery { PackageQuery(pool: pool) }

    /// Hides what `-name` requests name, as `dnf --exclude` does; `-@group` leaves a group out of the environments that have it.
    mutating func exclude(_ requests: [String]) {
        for request in requests where request.hasPrefix("@") {
            excludedGroups.formUnion(groups.matching(String(request.dropFirst()))?.map(\.id) ?? [])
        }
        for request in requests where !request.hasPrefix("@") {
            for form in PackageSpecification.forms(request) {
                let ids = query.matching(form)
                if ids.isEmpty { continue }
                pool.exclude(ids)
                break
            }
        }
    }

    /// Adds one request: a name, pattern, NEVRA, provided thing or file; or a group when it begins with `@`.
    mutating func add(_ request: String) throws {
        if request.hasPrefix("@") { return try addGroup(request) }
        guard let match = query.match(request) else { return unmatched.append(request) }
        let withObsoleters = match.form?.isJustName == true
        let isPath = request.hasPrefix("/") || request.hasPrefix("*/")
        if let architecture = match.form?.architecture, ShellPattern.isPattern(architecture) {
            // dnf: every architecture that matches.
            for ids in grouped(match.ids, by: { "\(pool.name($0)) \(pool.string(pool.solvable($0).pointee.arch))" }) {
                install(ids + query.obsoleting(ids), for: request)
            }
        } else if !isPath && ShellPattern.isPattern(request) || match.isWholeNEVRA {
            // dnf: every name that matches.
            for ids in grouped(match.ids, by: pool.name) {
                install(withObsoleters ? ids + query.obsoleting(ids) : ids, for: request)
            }
        } else {
            install(withObsoleters ? match.ids + query.obsoleting(match.ids) : match.ids, for: request)
        }
    }

    private mutating func addGroup(_ request: String) throws {
        guard let found = groups.matching(String(request.dropFirst())) else {
            throw Failure(
                .invalidInput, "no group matches \"\(request)\"",
                hint: groups.groups.isEmpty
                    ? "the repositories describe no groups"
                    : "\"dnf group list --hidden\" shows the groups of a repository")
        }
        for group in found where !excludedGroups.contains(group.id) {
            for member in group.members {
                if case .optional = member.kind { continue }
                var ids = query.exactlyNamed(member.name)
                if member.basearchOnly {
                    ids = ids.filter { pool.string(pool.solvable($0).pointee.arch) == architecture }
                }
                guard !ids.isEmpty else {
                    warnings.append(
                        "\(request): no repository has \"\(member.name)\", a package of the group \"\(group.id)\"")
                    continue
                }
                guard case .conditional(let other) = member.kind, !other.isEmpty else {
                    install(ids + query.obsoleting(ids), for: request)
                    continue
                }
                let condition = pool_parserpmrichdep(pool.pool, "(\(member.name) if \(other))")
                jobs.append((SOLVER_INSTALL | SOLVER_SOLVABLE_PROVIDES, condition))
                wishes.append(Wish(request: "\(request) if \(other)", ids: ids))
            }
        }
    }

    private mutating func install(_ ids: [Id], for request: String) {
        let unique = IdQueue(Set(ids).sorted())
        let what = pool_queuetowhatprovides(pool.pool, unique.pointer)
        jobs.append((SOLVER_INSTALL | SOLVER_SOLVABLE_ONE_OF | SOLVER_SETARCH | SOLVER_SETEVR, what))
        wishes.append(Wish(request: request, ids: unique.ids))
    }

    /// The ids with equal keys together, the groups in the order of their first ids.
    private func grouped(_ ids: [Id], by key: (Id) -> String) -> [[Id]] {
        var groups: [[Id]] = []
        var places: [String: Int] = [:]
        for id in ids {
            let key = key(id)
            if let place = places[key] {
                groups[place].append(id)
            } else {
                places[key] = groups.count
                groups.append([id])
            }
        }
        return groups
    }

    /// Refuses requests that matched nothing; all of them at once.
    func requireNoUnknown() throws {
        let failures = unmatched.map(unknown)
        guard let first = failures.first else { return }
        if failures.count == 1 { throw first }
        throw Failure(
            .invalidInput, "no repository has packages for \(failures.count) of the requests",
            hint: "check the spelling and the repositories of the recipe",
            details: failures.map { $0.message + ($0.hint?.hasPrefix("did") == true ? " (\($0.hint ?? ""))" : "") })
    }

    private func unknown(_ request: String) -> Failure {
        let hidden = pool.excluded.filter { pool.name($0) == request }
        if !hidden.isEmpty {
            let reason =
                hidden.isSubset(of: pool.excludedByModules)
                ? "belongs to a module stream that is not a default one"
                : "is excluded by another request (\"-\(request)\")"
            return Failure(.invalidInput, "\"\(request)\" \(reason)")
        }
        let names = Set(pool.availableIDs.map(pool.name))
        let near = names.filter { $0.lowercased() == request.lowercased() || $0.hasPrefix(request) }.sorted().prefix(5)
        return Failure(
            .invalidInput, "no repository has a package for \"\(request)\"",
            hint: near.isEmpty
                ? "check the spelling and the repositories of the recipe"
                : "did you mean \(near.map { "\"\($0)\"" }.joined(separator: ", "))?")
    }
}
