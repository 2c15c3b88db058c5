import CSolv

/// Tells whether the complete file lists, which are large, can change the answer to a request.
///
/// The primary metadata lists the files that most dependencies name: those in `/etc`, in folders whose name ends in `bin`
/// and `/usr/lib/sendmail`. The others are needed only when a package that could take part depends on one of them.
struct FileDependencies {
    let pool: PackagePool
    let weakDependencies: Bool

    /// Whether the path is among those that the primary metadata lists.
    static func isCommon(_ path: String) -> Bool {
        path.hasPrefix("/etc/") || path.contains("bin/") || path == "/usr/lib/sendmail"
    }

    /// Whether anything reachable from `seeds` depends on an uncommon file.
    func needFileLists(from seeds: [Id]) -> Bool {
        var reached = Set(seeds)
        var waiting = Array(reached)
        var judged: [Id: Bool] = [:]
        if weakDependencies {
            // These join a solution from the outside.
            for id in pool.availableIDs where pool.solvable(id).pointee.supplements != 0 && reached.insert(id).inserted
            {
                waiting.append(id)
            }
        }
        while let id = waiting.popLast() {
            let solvable = pool.solvable(id).pointee
            var lists = [solvable.requires, solvable.conflicts]
            if weakDependencies { lists += [solvable.recommends, solvable.suggests, solvable.supplements] }
            for offset in lists where offset != 0 {
                guard var dependency = solvable.repo.pointee.idarraydata.map({ $0 + Int(offset) }) else { continue }
                while dependency.pointee != 0 {
                    let value = dependency.pointee
                    dependency += 1
                    guard judged[value] == nil else { continue }
                    let isUncommon = namesUncommonFile(value)
                    if isUncommon { return true }
                    judged[value] = false
                    guard offset != solvable.conflicts else { continue }
                    for provider in pool.providers(value) where reached.insert(provider).inserted {
                        waiting.append(provider)
                    }
                }
            }
        }
        return false
    }

    private func namesUncommonFile(_ dependency: Id) -> Bool {
        if dependency < 0 {
            // ISRELDEP: the sign bit marks `a op b`; both sides may be dependencies again.
            let relation = pool.pool.pointee.rels[Int(UInt32(bitPattern: dependency) & 0x7FFF_FFFF)]
            return namesUncommonFile(relation.name) || namesUncommonFile(relation.evr)
        }
        guard let text = pool_id2str(pool.pool, dependency), text.pointee == UInt8(ascii: "/") else { return false }
        return !Self.isCommon(String(cString: text))
    }
}
