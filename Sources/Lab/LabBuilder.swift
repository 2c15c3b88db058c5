import Document
import Host
import Synchronization
import Transfer

/// Makes the lab: an RPM repository with Fedora's names and layout from Debian's archive.
public struct LabBuilder: Sendable {
    private let request: LabRequest
    private let progress: ProgressSink

    /// A builder that has done nothing yet.
    public init(_ request: LabRequest, progress: @escaping ProgressSink = silent) {
        self.request = request
        self.progress = progress
    }

    /// Makes what is missing and publishes it in one step; interrupted, it leaves the lab as it was, and the next run
    /// continues.
    ///
    /// - Throws: an unreachable mirror, a signature that does not hold, packages that the archive lacks
    public func create() throws -> LabSummary {
        let map = try request.map ?? LabMap.embedded()
        let packaging = try NodectlPackage(request, progress: progress)
        let archive = archiveInputs()
        var digest = Digest()
        for part in [archive, packaging?.fingerprint ?? ""] { digest.update(field: part) }
        let inputs = digest.finish().hex
        let state = Path.join(request.output, "lab.json")
        let known = request.refresh ? nil : try? JSON.parse(File.read(state), file: state)
        if let known, known["inputs"]?.string == inputs, let summary = LabSummary(known, folder: request.output) {
            progress(.reused(phase: "lab", note: "complete in \(request.output)"))
            return summary
        }
        try Folder.create(request.cache)
        return try SigningKey.with(Path.join(request.cache, "key")) { key in
            // When only nodectl is another one, all else stays as it is, and the network is not needed.
            let plan = try plan(map, key, isFrozen: known?["archive"]?.string == archive)
            try download(plan)
            let (packages, converted) = try convert(plan, map, key)
            let state = LabState(inputs: inputs, archive: archive, suite: request.suite)
            return try publish(plan, packages, map, key, packaging, state, converted: converted)
        }
    }

    /// What the packages of the archive depend on, besides its state.
    private func archiveInputs() -> String {
        var digest = Digest()
        for part in [LabMap.fingerprint, LabPlan.converterVersion, request.suite, request.mirror ?? ""] {
            digest.update(field: part)
        }
        return digest.finish().hex
    }

    private func plan(_ map: LabMap, _ key: SigningKey, isFrozen: Bool) throws -> LabPlan {
        let archive = DebianArchive(
            mirror: try DebianArchive.mirror(named: request.mirror), cache: request.cache,
            keyring: request.keyring, isFrozen: isFrozen, progress: progress)
        let exact = Set(map.entries.flatMap(\.sources).map { $0.split(separator: ">").first.map(String.init) ?? $0 })
        let patterns = map.entries.flatMap(\.sources).compactMap { source -> String? in
            let parts = source.split(separator: ">", maxSplits: 1)
            return parts.count == 2 ? String(parts[1]) : nil
        }
        let isWanted: (String) -> Bool = { name in
            exact.contains(name) || patterns.anyMatches(name)
        }
        var main = DebianIndex()
        try archive.read(suite: request.suite, into: &main, isWanted: isWanted)
        try archive.read(suite: request.suite + "-updates", into: &main, isWanted: isWanted)
        var security = main
        try archive.read(suite: request.suite + "-security", security: true, into: &security, isWanted: isWanted)
        var backports = DebianIndex()
        try archive.read(suite: request.suite + "-backports", into: &backports, isWanted: isWanted)
        return try LabPlan(map, main: main, security: security, backports: backports, signer: key.fingerprint)
    }

    private func package(_ source: DebianPackage) -> String {
        Path.join(request.cache, "debs/\(source.checksum.hex).deb")
    }

    private func download(_ plan: LabPlan) throws {
        let missing = plan.jobs.filter {
            !File.exists(finished($0)) || (try? Folder.list(finished($0)).isEmpty) == true
        }
        var seen = Set<Checksum>()
        let downloads = missing.flatMap(\.sources).filter {
            seen.insert($0.checksum).inserted && !File.exists(package($0))
        }
        try Downloader(progress: progress).fetch(
            downloads.map {
                Download(urls: [$0.url], destination: package($0), checksum: $0.checksum, size: $0.size)
            }, phase: "download")
    }

    /// The folder of a finished package; it is renamed into place with the package in it.
    private func finished(_ job: LabPlan.Job) -> String { Path.join(request.cache, "packages/\(job.key)") }

    private func convert(_ plan: LabPlan, _ map: LabMap, _ key: SigningKey) throws -> (paths: [String], converted: Int)
    {
        let converter = Converter(map)
        let done = Mutex(0)
        let total = plan.jobs.count
        progress(.started(phase: "convert", total: total, unit: .items))
        let converted = Mutex(0)
        // The largest first, so that no processor waits for the kernel at the end.
        let order = plan.jobs.indices.sorted { weight(plan.jobs[$0]) > weight(plan.jobs[$1]) }
        let results = try parallelMap(order) { [self] index -> (Int, String) in
            let job = plan.jobs[index]
            let folder = finished(job)
            if !File.exists(folder) {
                try during("converting \(job.entry.name)") {
                    let sources = try job.sources.map { try DebPackage(file: package($0)) }
                    let rpm = try converter.convert(job.entry, sources, suffix: job.suffix)
                    let bytes = try rpm.encoded { try key.sign($0) }
                    let aside = try Folder.temporary(in: Path.join(request.cache, "packages"), prefix: ".new")
                    try File.write(Path.join(aside, rpm.fileName), bytes)
                    try File.rename(aside, to: folder)
                }
                converted.withLock { $0 += 1 }
            }
            let count = done.withLock { done in
                done += 1
                return done
            }
            progress(.advanced(phase: "convert", done: count, total: total))
            guard let name = try Folder.list(folder).first else {
                throw Failure(.device, "\"\(folder)\" is empty", hint: "remove it; the next run makes it again")
            }
            return (index, Path.join(folder, name))
        }
        let paths = results.sorted { $0.0 < $1.0 }.map(\.1)
        let count = converted.withLock { $0 }
        progress(.finished(phase: "convert", note: "\(total) packages, \(count) of them converted now"))
        return (paths, count)
    }

    private func weight(_ job: LabPlan.Job) -> Int { job.sources.reduce(0) { $0 + $1.size } }

    private func publish(
        _ plan: LabPlan, _ packages: [String], _ map: LabMap, _ key: SigningKey, _ nodectl: NodectlPackage?,
        _ state: LabState, converted: Int
    ) throws -> LabSummary {
        progress(.started(phase: "publish", total: nil, unit: .items))
        let staging = request.output + ".new"
        try Folder.remove(staging)
        let main = Repository(folder: Path.join(staging, "fedora"), key: key, progress: progress)
        let updates = Repository(folder: Path.join(staging, "updates"), key: key, progress: progress)
        let own = Repository(folder: Path.join(staging, "nodewright"), key: key, progress: progress)
        try main.add(zip(plan.jobs, packages).filter { !$0.0.isUpdate }.map(\.1))
        try updates.add(zip(plan.jobs, packages).filter(\.0.isUpdate).map(\.1))
        if let nodectl {
            let built = try nodectl.build(key)
            try own.add([built.current])
            try updates.add([built.rebuilt])
        }
        let time = wallClockSeconds()
        try main.publish(comps: map.comps, time: time)
        try updates.publish(comps: nil, time: time)
        try own.publish(comps: nil, time: time)
        try File.write(Path.join(staging, "RPM-GPG-KEY-lab"), key.publicKey)
        let parts = try ["fedora", "updates", "nodewright"].map { try part($0, in: staging) }
        let summary = LabSummary(folder: request.output, parts: parts, isUnchanged: false, converted: converted)
        try File.write(Path.join(staging, "lab.json"), summary.record(state))
        try Folder.remove(request.output + ".old")
        if File.exists(request.output) { try File.rename(request.output, to: request.output + ".old") }
        try File.rename(staging, to: request.output)
        try Folder.remove(request.output + ".old")
        progress(.finished(phase: "publish", note: request.output))
        return summary
    }

    private func part(_ name: String, in staging: String) throws -> LabSummary.Part {
        let folder = Path.join(staging, name)
        let files = try Folder.walk(folder).filter { $0.hasSuffix(".rpm") }
        let bytes = try files.reduce(0) { try $0 + File.size(Path.join(folder, $1)) }
        return LabSummary.Part(name: name, packages: files.count, bytes: bytes)
    }
}
