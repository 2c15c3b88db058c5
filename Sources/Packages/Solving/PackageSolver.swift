import CSolv
import Host

/// Runs libsolv's solver with dnf's settings for an empty system.
final class PackageSolver {
    private let pool: PackagePool
    private let solver: UnsafeMutablePointer<Solver>

    /// Packages of which several versions may be installed together (`installonlypkgs` of dnf).
    private static let installOnly = [
        "kernel", "kernel-PAE", "installonlypkg(kernel)", "installonlypkg(kernel-module)", "installonlypkg(vm)",
        "multiversion(kernel)",
    ]

    init(pool: PackagePool, weakDependencies: Bool) {
        self.pool = pool
        pool.makeReady()
        solver = solver_create(pool.pool)
        var flags = [
            SOLVER_FLAG_ALLOW_VENDORCHANGE, SOLVER_FLAG_KEEP_ORPHANS, SOLVER_FLAG_BEST_OBEY_POLICY,
            SOLVER_FLAG_YUM_OBSOLETES, SOLVER_FLAG_URPM_REORDER, SOLVER_FLAG_ALLOW_DOWNGRADE,
        ]
        if !weakDependencies { flags.append(SOLVER_FLAG_IGNORE_RECOMMENDED) }
        for flag in flags { solver_set_flag(solver, flag, 1) }
    }

    deinit { solver_free(solver) }

    /// The packages that fulfil all jobs.
    ///
    /// - Throws: `.invalidInput` with an explanation of every problem
    func solve(_ jobs: [(how: Int32, what: Id)]) throws -> [Id] {
        let queue = IdQueue()
        for job in jobs { queue.push(job.how, job.what) }
        for name in Self.installOnly {
            queue.push(SOLVER_MULTIVERSION | SOLVER_SOLVABLE_PROVIDES, pool_str2id(pool.pool, name, 1))
        }
        guard solver_solve(solver, queue.pointer) == 0 else { throw explanation() }
        let decisions = IdQueue()
        solver_get_decisionqueue(solver, decisions.pointer)
        return decisions.ids.filter { $0 > 1 }  // 1 is the system itself, negative ids are refusals
    }

    private func explanation() -> Failure {
        let problems = (1...max(1, solver_problem_count(solver))).map { problem -> [String] in
            let rules = IdQueue()
            solver_findallproblemrules(solver, Id(problem), rules.pointer)
            var lines: [String] = []
            for rule in rules.ids.flatMap({ ProblemRule.all(solver, $0, pool) }) where !lines.contains(rule.text) {
                lines.append(rule.text)
            }
            return lines
        }
        let details = problems.enumerated().flatMap { index, lines in
            ["problem\(problems.count > 1 ? " \(index + 1)" : ""): \(lines.first ?? "")"]
                + lines.dropFirst().map { "  - " + $0 }
        }
        return Failure(
            .invalidInput, "the packages cannot be installed together",
            hint: "ask for other packages, or add a repository that has what is missing", details: details)
    }
}
