import Host
import Inspection
import Packages
public import Recipe
import RootTree
import Sandbox
import Synchronization
import Transfer

/// The build: from a resolved recipe to artefacts, in stages that are taken from the cache when nothing of their input changed.
public struct ImageBuild: Sendable {
    let recipe: ResolvedRecipe
    let options: BuildOptions
    let progress: ProgressSink
    let cache: StageCache
    private let clock: StageClock

    /// A build of `recipe`.
    public init(_ recipe: ResolvedRecipe, options: BuildOptions, progress: @escaping ProgressSink = silent) {
        self.recipe = recipe
        self.options = options
        let clock = StageClock(progress)
        self.clock = clock
        self.progress = { clock.hear($0) }
        cache = StageCache(folder: Path.join(options.cacheFolder, "stages")) { clock.hear($0) }
    }

    /// Builds; each step is one stage of the summary.
    public func run() throws -> BuildResult {
        // 1. Which packages.
        let lock = try choose(.image, ResolutionRequest(recipe))
        let bootLock = try choose(.bootLoader, .bootLoader(of: recipe))
        let epoch = try sourceDate() ?? lock.newestBuildTime

        // 2. Is everything there already?
        let program = try Checksum.of(file: try Environment.ownProgram())
        let keys = StageKeys(
            recipe: recipe, options: options, program: program, epoch: epoch, lock: lock, bootLock: bootLock)
        let record = ArtefactRecord(folder: options.output, name: baseName)
        var finished: [ArtefactFormat: [BuildResult.Artefact]] = [:]
        for format in options.formats {
            finished[format] = record.unchanged(format.rawValue, key: try keys.artefact(format))
        }
        let pending = options.formats.filter { finished[$0] == nil }
        if !finished.isEmpty {
            let names = options.formats.flatMap { finished[$0] ?? [] }.map { Path.name($0.path) }
            progress(.reused(phase: "artefacts", note: names.joined(separator: ", ")))
        }
        // Other formats of the same build, made earlier, are in the bill of materials, too.
        for format in ArtefactFormat.allCases where !options.formats.contains(format) {
            finished[format] = record.unchanged(format.rawValue, key: try keys.artefact(format))
        }
        if pending.isEmpty {
            let bill = bill(finished, record)
            if let documents = record.unchanged(BillWriting.kind, key: bill.key(program: program)) {
                return result(finished, documents, lock, unchanged: true)
            }
        }
        let rung = try options.rung ?? Rung.best()
        if rung == .chrootOnly {
            progress(
                .warning(
                    "no namespaces can be made here: packages' scripts run with chroot only and could see this machine's network"
                ))
        }

        // 3. Get and verify them.
        let store = PackageStore(cacheFolder: options.cacheFolder, offline: options.offline, progress: progress)
        let sources = recipe.repositories.map(RepositorySource.init)
        let packages = try store.fetch(lock, from: sources)
        let bootPackages = try store.fetch(bootLock, from: sources)

        // 4. Unpack them.
        let base = try cache.stage("root tree", key: keys.rootTree()) { work in
            try install(packages, into: Path.join(work, "root"), rung: rung, epoch: epoch, name: "root tree")
        }
        let baseTree = Tree(Path.join(base, "root"))
        let kernel = try KernelVersion.only(in: baseTree)

        // 5. The recipe's changes, as soon as they can be made: squashfs, which takes the longest, waits for them alone.
        let customised = try customise(baseTree, rung: rung, keys: keys)
        let packing = RootPacking(
            base: baseTree.folder, customised: Path.join(customised, "changes"), packages: packages.map(\.path),
            epoch: epoch, compression: keys.compression, blockSize: recipe.image.blockSize,
            manifest: try manifest(packages, kernel: kernel, epoch: epoch), places: RecipePlaces(recipe))
        let ((bootTree, initramfs), root) = try together(
            {
                let bootTree = try cache.stage("boot loader", key: keys.bootLoader()) { work in
                    try install(
                        bootPackages, into: Path.join(work, "root"), rung: rung, epoch: epoch, name: "boot loader")
                }
                return (bootTree, try makeInitramfs(baseTree, kernel, keys: keys))
            },
            { try pack(packing, rung: rung, keys: keys) })

        // 6. The artefacts.
        let parts = ImageParts(
            recipe: recipe, options: options, baseName: baseName,
            kernel: baseTree.host("/usr/lib/modules/\(kernel)/vmlinuz"),
            initramfs: Path.join(initramfs, "initramfs.img"), root: Path.join(root, RootPacking.image),
            bootTree: Path.join(bootTree, "root"), epoch: epoch, cache: cache, keys: keys,
            baseTree: baseTree, kernelVersion: kernel, progress: progress)
        // Sizes that cannot work are said before anything is written.
        for format in pending { try format.maker.check(parts) }
        // Each is vouched for as soon as it is there: when another one fails, it stays, and the next build takes it.
        let vouching = Mutex(())
        let made = try parallelMap(pending) { format in
            var files: [String] = []
            _ = try timed(format.maker.phase) {
                files = try format.maker.make(parts)
                return try files.map { "\(Path.name($0)), \(try ArtefactRecord.size($0) / 1_000_000) MB" }.joined(
                    separator: "; ")
            }
            return try vouching.withLock { _ in
                try record.write(format.rawValue, key: try keys.artefact(format), files: files)
            }
        }
        for (format, artefacts) in zip(pending, made) { finished[format] = artefacts }

        // 7. What is in them, and how long it took.
        let bill = bill(finished, record)
        let documents = try bill.write(
            key: bill.key(program: program), baseName: baseName, rootStage: root, bootPackages: bootPackages)
        try BuildTimeline(stages: clock.stages, artefacts: bill.artefacts).write(
            folder: options.output, baseName: baseName)
        var result = result(finished, documents, lock, unchanged: pending.isEmpty)
        result.parts = try ImageSizes.parts(parts, artefacts: result.artefacts)
        result.trims = try CustomisationReport(stage: Path.join(customised, "changes")).trims
        return result
    }

    private func bill(_ finished: [ArtefactFormat: [BuildResult.Artefact]], _ record: ArtefactRecord) -> BillWriting {
        BillWriting(
            record: record, output: options.output, artefacts: ArtefactFormat.allCases.flatMap { finished[$0] ?? [] })
    }

    /// `hypervisor-0.1.0-x86_64`
    private var baseName: String { "\(recipe.name)-\(recipe.version)-\(recipe.arch)" }

    /// What the lock says, or what the solver chooses now.
    private func choose(_ section: Lock.Section, _ request: ResolutionRequest) throws -> Lock {
        try LockFile(recipe: recipe.file).lock(
            section, for: request, with: resolver, locked: options.locked, progress: progress)
    }

    private var resolver: Resolver {
        Resolver(cacheFolder: options.cacheFolder, offline: options.offline, progress: progress)
    }

    /// SOURCE_DATE_EPOCH (reproducible-builds.org), when it is set.
    private func sourceDate() throws -> Int? {
        guard let text = Environment.variable("SOURCE_DATE_EPOCH") else { return nil }
        guard let seconds = Int(text), seconds >= 0, seconds <= Int(UInt32.max) else {
            throw Failure(.invalidInput, "SOURCE_DATE_EPOCH is \"\(text)\", not a number of seconds since 1970")
        }
        return seconds
    }

    /// The initramfs, from the packages alone; returns its stage folder.
    private func makeInitramfs(_ tree: Tree, _ kernel: String, keys: StageKeys) throws -> String {
        try cache.stage("initramfs", key: keys.initramfs()) { work in
            try timed("initramfs") {
                let result = try Initramfs(
                    tree, kernel: kernel, epoch: keys.epoch, compression: keys.compression.ofInitramfs,
                    progress: progress
                ).write(to: Path.join(work, "initramfs.img"))
                return "\(result.size / 1_000_000) MB: "
                    + result.segments.map { "\($0.name) \($0.compressed / 1_000_000) MB" }.joined(separator: ", ")
            }
        }
    }

    /// Overlays, users, services, trims, scripts; returns the stage folder.
    private func customise(_ tree: Tree, rung: Rung, keys: StageKeys) throws -> String {
        try cache.stage("customise", key: try keys.customised(rung: rung)) { work in
            try timed("customise") {
                let changes = Customisation(
                    recipe: recipe, base: tree.folder, stage: Path.join(work, "changes"), epoch: keys.epoch)
                let trims = try changes.run(Worker(rung: rung, progress: progress)).trims
                return "\(trims.count) trim rules removed \(trims.reduce(0) { $0 + $1.bytes } / 1_000_000) MB"
            }
        }
    }

    /// The root file system; returns its stage folder.
    private func pack(_ packing: RootPacking, rung: Rung, keys: StageKeys) throws -> String {
        try cache.stage("root file system", key: try keys.rootImage(rung: rung)) { work in
            try timed("root file system") {
                try packing.run(Worker(rung: rung, progress: progress), output: work)
                return "\(try File.size(Path.join(work, RootPacking.image)) / 1_000_000) MB"
            }
        }
    }

    private func install(_ packages: [StoredPackage], into root: String, rung: Rung, epoch: Int, name: String) throws
        -> String
    {
        try timed(name) {
            var installer = Installer(rung: rung, progress: progress)
            installer.documentation = !recipe.trim.removesDocs
            installer.languages = recipe.trim.locales?.map(\.value)
            installer.declaredUsers = recipe.users.map(\.name)
            try installer.install(packages, into: root, time: epoch)
            return "\(packages.count) packages"
        }
    }

    /// What the image says about itself, as far as it is known before its files are counted.
    private func manifest(_ packages: [StoredPackage], kernel: String, epoch: Int) throws -> ImageManifest {
        let places = RecipePlaces(recipe)
        let facts = try PackageHeader.facts(ofPackages: packages.map(\.path))
        var manifest = ImageManifest(
            name: recipe.name, version: recipe.version, arch: recipe.arch, sourceDate: epoch, kernel: kernel,
            kernelArguments: recipe.kernelArguments.map(\.value),
            requests: recipe.packages.map { .init(text: $0.line, place: places["\($0.position)"] ?? "") },
            packages: zip(facts, packages).map { .init(facts: $0, locked: $1.package) })
        let image = recipe.image
        manifest.sizes = .init(esp: image.espSize, slot: image.slotSize, state: image.stateSize)
        return manifest
    }

    private func result(
        _ finished: [ArtefactFormat: [BuildResult.Artefact]], _ documents: [BuildResult.Artefact], _ lock: Lock,
        unchanged: Bool
    ) -> BuildResult {
        BuildResult(
            artefacts: options.formats.flatMap { finished[$0] ?? [] }, documents: documents,
            packages: lock.packages.count, installedSize: lock.installedSize,
            stages: clock.stages.filter { !$0.isReused }.map { ($0.name, $0.seconds) }, parts: [],
            trims: [], isUnchanged: unchanged)
    }

    /// Runs one stage and tells when it starts and ends.
    func timed(_ phase: String, _ body: () throws -> String) throws -> String {
        progress(.started(phase: phase, total: nil, unit: .items))
        let note = try body()
        progress(.finished(phase: phase, note: note))
        return note
    }
}
