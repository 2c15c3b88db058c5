import Host
import Transfer

/// Which packages of the archive become which packages of the lab.
struct LabPlan: Sendable {
    /// Raised whenever the converter makes something else of the same input.
    static let converterVersion = "2"

    /// One package to make.
    struct Job: Sendable {
        let entry: MapEntry
        let sources: [DebianPackage]
        let isUpdate: Bool
        let suffix: String
        /// Changes whenever the result would.
        let key: String
    }

    private(set) var jobs: [Job] = []

    /// Every file that has to be downloaded.
    var downloads: [DebianPackage] {
        var seen = Set<Checksum>()
        return jobs.flatMap(\.sources).filter { seen.insert($0.checksum).inserted }
    }

    /// Plans the main repository from `main`, and the updates from what is newer in `security` and `backports`.
    init(_ map: LabMap, main: DebianIndex, security: DebianIndex, backports: DebianIndex, signer: String) throws {
        let planner = Planner(map: map, signer: signer)
        var missing: [String] = []
        for entry in map.entries {
            missing += entry.sources.filter { main.find($0) == nil }.map { "\($0), needed for \(entry.name)" }
            let sources = entry.sources.compactMap(main.find)
            jobs.append(planner.job(entry, sources, isUpdate: false))
            let isBackported = entry.sources.contains { map.backports.contains($0) }
            let newest = entry.sources.compactMap { source in
                isBackported ? backports.find(source) ?? security.find(source) : security.find(source)
            }
            if newest.map(\.checksum) != sources.map(\.checksum), newest.count == sources.count, !newest.isEmpty {
                jobs.append(planner.job(entry, newest, isUpdate: true))
            }
        }
        guard missing.isEmpty else {
            throw Failure(
                .incompatible, "the archive lacks packages that the lab's map names",
                hint: "use the suite that the map is written for, or correct the map", details: missing)
        }
        // Upgrades need a changed library to be tested with, even right after a point release of the suite.
        let updated = Set(jobs.filter(\.isUpdate).map(\.entry.name))
        if updated.isDisjoint(with: map.repack) {
            for job in jobs where !job.isUpdate && job.entry.name == map.repack.first {
                jobs.append(planner.job(job.entry, job.sources, isUpdate: true, suffix: ".1"))
            }
        }
    }
}

private struct Planner {
    let map: LabMap
    let signer: String
    let dependencies: Dependencies
    let claims: [String: [String]]
    let layout: String

    init(map: LabMap, signer: String) {
        self.map = map
        self.signer = signer
        dependencies = Dependencies(map: map, counterparts: map.counterparts)
        claims = map.claims
        layout =
            "\(map.moves)\(map.drop)\(map.replace)\(map.interpreters.sorted())\(map.commonFolders.sorted())"
            + map.folderAttributes.map { "\($0.key) \($0.value)" }.sorted().joined(separator: "\n")
    }

    func job(_ entry: MapEntry, _ sources: [DebianPackage], isUpdate: Bool, suffix: String = "") -> LabPlan.Job {
        var digest = Digest()
        for part in [LabPlan.converterVersion, signer, layout, suffix, entry.name, entry.fingerprint] {
            digest.update(field: part)
        }
        for source in sources {
            digest.update(field: source.checksum.hex)
            digest.update(field: entry.files.isEmpty ? "\(claims[source.name] ?? [])" : "")
            for field in ["Pre-Depends", "Depends", "Recommends"] {
                digest.update(field: "\(dependencies.relations(source.fields[field] ?? "", in: entry.name))")
            }
        }
        return LabPlan.Job(
            entry: entry, sources: sources, isUpdate: isUpdate, suffix: suffix, key: digest.finish().hex)
    }
}
