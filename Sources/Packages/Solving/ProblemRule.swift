import CSolv

/// One step of an explanation, in the words that dnf uses.
struct ProblemRule {
    fileprivate let pool: PackagePool
    fileprivate let solver: UnsafeMutablePointer<Solver>
    fileprivate let type: SolverRuleinfo
    fileprivate let source: Id
    fileprivate let target: Id
    fileprivate let dependency: Id

    /// Everything that a rule of the solver stands for: two packages may conflict, or need each other, for several reasons.
    static func all(_ solver: UnsafeMutablePointer<Solver>, _ rule: Id, _ pool: PackagePool) -> [ProblemRule] {
        let queue = IdQueue()
        solver_allruleinfos(solver, rule, queue.pointer)
        let ids = queue.ids
        return stride(from: 0, to: ids.count - 3, by: 4).map { index in
            ProblemRule(
                pool: pool, solver: solver, type: SolverRuleinfo(rawValue: UInt32(bitPattern: ids[index])),
                source: ids[index + 1], target: ids[index + 2], dependency: ids[index + 3])
        }
    }

    var text: String {
        switch type {
        case SOLVER_RULE_DISTUPGRADE: "\(package) does not belong to a distupgrade repository"
        case SOLVER_RULE_INFARCH: "\(package) has inferior architecture"
        case SOLVER_RULE_JOB: "conflicting requests"
        case SOLVER_RULE_JOB_UNSUPPORTED: "unsupported request"
        case SOLVER_RULE_JOB_NOTHING_PROVIDES_DEP: "nothing provides requested \(wanted)"
        case SOLVER_RULE_JOB_UNKNOWN_PACKAGE: "package \(wanted) does not exist"
        case SOLVER_RULE_PKG: "some dependency problem"
        case SOLVER_RULE_BEST: "cannot install the best candidate for the job"
        case SOLVER_RULE_PKG_NOT_INSTALLABLE: notInstallable
        case SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP: "nothing provides \(wanted) needed by \(package)"
        case SOLVER_RULE_PKG_SAME_NAME: "cannot install both \(package) and \(other)"
        case SOLVER_RULE_PKG_CONFLICTS: "package \(package) conflicts with \(wanted) provided by \(other)"
        case SOLVER_RULE_PKG_OBSOLETES: "package \(package) obsoletes \(wanted) provided by \(other)"
        case SOLVER_RULE_PKG_IMPLICIT_OBSOLETES:
            "package \(package) implicitly obsoletes \(wanted) provided by \(other)"
        case SOLVER_RULE_PKG_REQUIRES:
            "package \(package) requires \(wanted), but none of the providers can be installed"
        case SOLVER_RULE_PKG_SELF_CONFLICT: "package \(package) conflicts with \(wanted) provided by itself"
        case SOLVER_RULE_YUMOBS: "both package \(package) and \(other) obsolete \(wanted)"
        default: String(cString: solver_problemruleinfo2str(solver, type, source, target, dependency))
        }
    }

    private var package: String { origin(source) }
    private var other: String { origin(target) }
    private var wanted: String { pool.dependency(dependency) }

    /// `bash-5.1-1.x86_64 from baseos`
    private func origin(_ id: Id) -> String {
        guard let repository = pool.solvable(id).pointee.repo else { return pool.nevra(id) }
        return "\(pool.nevra(id)) from \(String(cString: repo_name(repository)))"
    }

    private var notInstallable: String {
        if pool.excluded.contains(source) {
            let filter = pool.excludedByModules.contains(source) ? "modular" : "exclude"
            return "package \(package) is filtered out by \(filter) filtering"
        }
        let solvable = pool.solvable(source)
        if solvable.pointee.arch != Id(ARCH_SRC.rawValue), pool_badarch_solvable(pool.pool, solvable) != 0 {
            return "package \(package) does not have a compatible architecture"
        }
        return "package \(package) is not installable"
    }
}
