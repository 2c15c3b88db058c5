import CRpm
import Glibc
import Host
import Sandbox

/// Installs packages into a new root tree with librpm. Runs in a worker.
struct Transaction {
    let job: TransactionJob
    let progress: ProgressSink

    /// The body of the worker `install`.
    static let worker: Worker.Body = { bytes, progress in
        let job = try TransactionJob(json: bytes)
        // Lua scriptlets print to standard output, where the worker's result goes.
        let result = try checkLength("keep standard output") { Int(dup(1)) }
        dup2(2, 1)
        defer {
            dup2(Int32(result), 1)
            close(Int32(result))
        }
        try Transaction(job: job, progress: progress).run()
        return []
    }

    func run() throws {
        FixedClock.hold(at: job.time)
        defer { FixedClock.hold(at: 0) }
        try Folder.create(job.root)
        guard let rung = Rung(rawValue: job.rung) else { throw Failure(.internalError, "unknown rung \"\(job.rung)\"") }
        let mounts = try RootMounts(job.root, rung: rung)
        let files = try RPMLibrary.use { log in try install(log) }
        try mounts.leave()
        try requireKnownOwners(files)
        try PackageDatabase(root: job.root).settle()
        // Inode numbers and times of the build's disk; ldconfig makes it anew when it wants to.
        try File.remove(Path.join(job.root, "var/cache/ldconfig/aux-cache"))
    }

    /// Runs the transaction and returns the files of all packages.
    private func install(_ log: RPMLog) throws -> [PackageFile] {
        if let languages = job.languages {
            RPMLibrary.define("_install_langs", languages.isEmpty ? "C" : languages.joined(separator: ":"))
        }
        let set = try RPMTransactionSet(root: job.root)
        rpmtsSetTid(set.pointer, rpm_tid_t(job.time))
        var flags = RPMTRANS_FLAG_NOPLUGINS.rawValue | RPMTRANS_FLAG_NOCONTEXTS.rawValue
        if !job.documentation { flags |= RPMTRANS_FLAG_NODOCS.rawValue }
        rpmtsSetFlags(set.pointer, rpmtransFlags(flags))

        let output = try scriptOutput()
        defer { close(output) }
        guard let outputStream = fdDup(output) else {
            throw Failure(.internalError, "librpm cannot use a file for scriptlets")
        }
        defer { Fclose(outputStream) }
        rpmtsSetScriptFd(set.pointer, outputStream)

        var packages: [PackageToInstall] = []
        var files: [PackageFile] = []
        for (index, path) in job.packages.enumerated() {
            let header = try PackageHeader(reading: path, with: set.pointer, log)
            let own = header.files
            let nevra = header.nevra
            files += own
            packages.append(
                PackageToInstall(
                    path: path, nevra: nevra, payloadSize: own.reduce(0) { $0 + ($1.isGhost ? 0 : $1.size) },
                    userFiles: own.map(\.path).filter { $0.hasPrefix("/usr/lib/sysusers.d/") && $0.hasSuffix(".conf") },
                    moduleVersions: Self.moduleVersions(own)))
            // Not as an upgrade: that would drop all but one of several kernels.
            guard
                rpmtsAddInstallElement(set.pointer, header.pointer, UnsafeRawPointer(bitPattern: index + 1), 0, nil)
                    == 0
            else { throw Failure(.invalidInput, "librpm refuses package \(nevra)", details: log.problems) }
        }
        try order(set, log)
        try run(set, packages, output, log)
        return files
    }

    /// Checks dependencies once more, by librpm's own rules, and orders the packages.
    private func order(_ set: RPMTransactionSet, _ log: RPMLog) throws {
        rpmtsCheck(set.pointer)
        try refuseProblems(set, "the packages of the lock do not fit together")
        guard rpmtsOrder(set.pointer) == 0 else {
            throw Failure(.invalidInput, "librpm finds no order for the packages", details: log.problems)
        }
        rpmtsClean(set.pointer)
    }

    private func run(_ set: RPMTransactionSet, _ packages: [PackageToInstall], _ output: Int32, _ log: RPMLog) throws {
        let observer = TransactionObserver(packages, root: job.root, output: output, progress: progress)
        let context = Unmanaged.passRetained(observer)
        defer { context.release() }
        rpmtsSetNotifyStyle(set.pointer, 1)
        rpmtsSetNotifyCallback(set.pointer, TransactionObserver.callback, context.toOpaque())
        let size = packages.reduce(0) { $0 + $1.payloadSize }
        progress(.started(phase: TransactionObserver.phase, total: size, unit: .bytes))
        // What package was built for which machine the solver has decided; the host's idea of itself does not count.
        let filters = RPMPROB_FILTER_IGNOREARCH.rawValue | RPMPROB_FILTER_IGNOREOS.rawValue
        let code = rpmtsRun(set.pointer, nil, rpmprobFilterFlags(filters))
        rpmtsCloseDB(set.pointer)
        observer.ended()
        if code == 0 { observer.finish() }
        if code > 0 { try refuseProblems(set, "the packages cannot be installed") }
        if let failure = observer.failure { throw failure }
        if let first = observer.scriptFailures.first {
            let others = observer.scriptFailures.dropFirst().map { "also failed: \($0.kind) of \($0.package)" }
            throw Failure(
                first.failure.status, first.failure.message, hint: first.failure.hint,
                details: first.output + others + (first.output.isEmpty ? log.problems : []))
        }
        guard code == 0, observer.unpackFailures.isEmpty else {
            let isFull = log.problems.contains { $0.contains("No space left on device") }
            throw Failure(
                isFull ? .device : .internalError,
                observer.unpackFailures.first.map { "package \($0) cannot be unpacked" } ?? "the transaction failed",
                hint: isFull ? "free some space, or choose another cache folder with NODEWRIGHT_CACHE" : nil,
                details: Array(log.problems.suffix(8)))
        }
        progress(
            .finished(phase: TransactionObserver.phase, note: "\(packages.count) packages, \(size / 1_000_000) MB"))
    }

    /// The kernels of the modules in a package: `/usr/lib/modules/VERSION/…/NAME.ko.xz`, or below `/lib`.
    private static func moduleVersions(_ files: [PackageFile]) -> Set<String> {
        var versions: Set<String> = []
        for file in files where file.path.hasPrefix("/usr/lib/modules/") || file.path.hasPrefix("/lib/modules/") {
            let parts = file.path.split(separator: "/").drop { $0 != "modules" }.dropFirst()
            if parts.count > 2, let version = parts.first, let name = parts.last, name.contains(".ko") {
                versions.insert(String(version))
            }
        }
        return versions
    }

    private func refuseProblems(_ set: RPMTransactionSet, _ message: String) throws {
        guard let problems = rpmtsProblems(set.pointer) else { return }
        defer { rpmpsFree(problems) }
        guard rpmpsNumProblems(problems) > 0 else { return }
        var lines: [String] = []
        var isFull = false
        let iterator = rpmpsInitIterator(problems)
        defer { rpmpsFreeIterator(iterator) }
        while let problem = rpmpsiNext(iterator) {
            let type = rpmProblemGetType(problem)
            if type == RPMPROB_DISKSPACE || type == RPMPROB_DISKNODES { isFull = true }
            guard let text = rpmProblemString(problem) else { continue }
            lines.append(String(cString: text))
            free(text)
        }
        throw Failure(
            isFull ? .device : .invalidInput, isFull ? "there is not enough space for the packages" : message,
            hint: isFull ? "free some space, or choose another cache folder with NODEWRIGHT_CACHE" : nil,
            details: Array(lines.prefix(12)))
    }

    /// A file that takes what scriptlets print, and that nobody else sees.
    private func scriptOutput() throws -> Int32 {
        var template = Array("/tmp/nodewright-scripts.XXXXXX".utf8CString)
        let descriptor = try check("create a file in /tmp") { mkstemp(&template) }
        unlink(template)
        return descriptor
    }

    /// librpm unpacks a file of an unknown user as root's and reports success; here it is an error.
    private func requireKnownOwners(_ files: [PackageFile]) throws {
        let system = try SystemUsers(root: job.root)
        let users = Set(system.users.keys).union(job.declaredUsers).union(["root"])
        let groups = Set(system.groups.keys).union(job.declaredUsers).union(["root"])
        let orphans = files.filter { !users.contains($0.user) || !groups.contains($0.group) }
        guard let first = orphans.first else { return }
        let isUser = !users.contains(first.user)
        throw Failure(
            .invalidInput,
            "package \(first.package): \"\(first.path)\" belongs to the \(isUser ? "user \"\(first.user)\"" : "group \"\(first.group)\""), which nothing creates",
            hint: "add the package that creates it, or declare it under \"users\"",
            details: orphans.dropFirst().prefix(7).map { "also \($0.path) (\($0.user):\($0.group), \($0.package))" })
    }
}
