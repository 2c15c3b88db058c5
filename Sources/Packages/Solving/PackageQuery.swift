import CSolv
import Glibc
import Host

/// Finds the packages that a request means, by the rules of dnf's `Subject`.
struct PackageQuery {
    let pool: PackagePool

    /// What a request matched.
    struct Match {
        var ids: [Id]
        /// The reading that matched; nil when the whole text matched something else than one of the forms.
        var form: PackageSpecification.Form?
        /// Whether it was matched as name-version-release in one pattern.
        var isWholeNEVRA = false
    }

    /// The packages for a request: by its forms, as a pattern over whole names, by what packages provide, by file.
    func match(_ text: String) -> Match? {
        for form in PackageSpecification.forms(text) {
            let ids = matching(form)
            if !ids.isEmpty { return Match(ids: ids, form: form) }
        }
        if ShellPattern.isPattern(text) {
            let glob = ShellPattern(text)
            let ids = pool.availableIDs.filter { glob.matches(pool.nevra($0)) }
            if !ids.isEmpty { return Match(ids: ids, isWholeNEVRA: true) }
        }
        let provided = providing(text)
        if !provided.isEmpty { return Match(ids: provided) }
        guard text.hasPrefix("/") || text.hasPrefix("*/") else { return nil }
        let owners = owning(text)
        return owners.isEmpty ? nil : Match(ids: owners)
    }

    /// The packages with exactly this name.
    func exactlyNamed(_ name: String) -> [Id] {
        let wanted = pool_str2id(pool.pool, name, 0)
        return (pool.byName[wanted] ?? []).filter { !pool.excluded.contains($0) }
    }

    /// The packages that obsolete one of `ids` by its name.
    func obsoleting(_ ids: [Id]) -> [Id] {
        let targets = Set(ids)
        return pool.obsoleters.filter { id in
            !pool.excluded.contains(id)
                && pool.dependencies(id, SOLVABLE_OBSOLETES).contains { dependency in
                    pool.providers(dependency).contains {
                        targets.contains($0) && pool_match_nevr(pool.pool, pool.solvable($0), dependency) != 0
                    }
                }
        }
    }

    /// The packages for one reading of a request.
    func matching(_ form: PackageSpecification.Form) -> [Id] {
        var candidates = pool.availableIDs
        if ShellPattern.isPattern(form.name) {
            let glob = ShellPattern(form.name)
            var known: [Id: Bool] = [:]
            candidates = candidates.filter { id in
                let name = pool.solvable(id).pointee.name
                if let answer = known[name] { return answer }
                let answer = glob.matches(pool.string(name))
                known[name] = answer
                return answer
            }
        } else {
            candidates = exactlyNamed(form.name)
        }
        if form.isJustName { return candidates }
        let architecture = form.architecture.map { ShellPattern($0) }
        let version = form.version.map { ShellPattern($0) }
        let release = form.release.map { ShellPattern($0) }
        return candidates.filter { id in
            let solvable = pool.solvable(id).pointee
            let parts = EVR(pool.string(solvable.evr))
            return architecture?.matches(pool.string(solvable.arch)) ?? true
                && form.epoch.map { $0 == parts.epoch } ?? true
                && version?.matches(parts.version) ?? true
                && release?.matches(parts.release) ?? true
        }
    }

    /// Whoever provides `name`, `name = version` or a pattern of names.
    private func providing(_ text: String) -> [Id] {
        let excluded = pool.excluded
        func available(_ ids: [Id]) -> [Id] { ids.filter { !excluded.contains($0) } }
        if ShellPattern.isPattern(text) {
            let queue = IdQueue()
            selection_make(pool.pool, queue.pointer, text, SELECTION_PROVIDES | SELECTION_GLOB | SELECTION_REL)
            let solvables = IdQueue()
            selection_solvables(pool.pool, queue.pointer, solvables.pointer)
            return available(solvables.ids).sorted()
        }
        guard let dependency = parse(text) else { return [] }
        return available(pool.providers(dependency)).sorted()
    }

    private func parse(_ text: String) -> Id? {
        if text.hasPrefix("(") {
            let id = pool_parserpmrichdep(pool.pool, text)
            return id == 0 ? nil : id
        }
        let words = text.split(separator: " ").map(String.init)
        let name = words.first.map { pool_str2id(pool.pool, $0, 0) } ?? 0
        guard name != 0 else { return nil }
        if words.count == 1 { return name }
        let flags: [String: Int32] = [
            "=": REL_EQ, "==": REL_EQ, "<": REL_LT, ">": REL_GT, "<=": REL_LT | REL_EQ, ">=": REL_GT | REL_EQ,
        ]
        guard words.count == 3, let flag = flags[words[1]] else { return nil }
        return pool_rel2id(pool.pool, name, pool_str2id(pool.pool, words[2], 1), flag, 1)
    }

    private func owning(_ path: String) -> [Id] {
        let queue = IdQueue()
        let flags = SELECTION_FILELIST | (ShellPattern.isPattern(path) ? SELECTION_GLOB : 0)
        guard selection_make(pool.pool, queue.pointer, path, flags) != 0 else { return [] }
        let solvables = IdQueue()
        selection_solvables(pool.pool, queue.pointer, solvables.pointer)
        return solvables.ids.filter { !pool.excluded.contains($0) }.sorted()
    }
}

/// Epoch, version and release, as in `1:2.3-4`.
struct EVR: Equatable {
    var epoch = 0
    var version = ""
    var release = ""

    init(_ text: String) {
        var rest = Substring(text)
        if let colon = rest.firstIndex(of: ":") {
            epoch = Int(rest[..<colon]) ?? 0
            rest = rest[rest.index(after: colon)...]
        }
        guard let dash = rest.lastIndex(of: "-") else {
            version = String(rest)
            return
        }
        version = String(rest[..<dash])
        release = String(rest[rest.index(after: dash)...])
    }
}
