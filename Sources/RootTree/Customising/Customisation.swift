import Document
import Host
import Recipe
public import Sandbox

/// Everything between installed packages and a finished root: what a recipe adds, changes and removes.
///
/// ```swift
/// let customisation = Customisation(recipe: recipe, base: baseTree, stage: folder, epoch: epoch)
/// let report = try customisation.run(Worker(rung: rung, progress: progress))
/// ```
public struct Customisation: Sendable {
    /// The workers of this module, by name; the program registers them with `Worker.serve`.
    public static let workers: [String: Worker.Body] = [workerName: worker]

    /// The name under which the worker is registered.
    static let workerName = "customise"

    var name: String
    var version: String
    var variant: String
    var overlays: [ResolvedRecipe.Overlay]
    var users: [ResolvedRecipe.User]
    var services: ResolvedRecipe.Services
    var trim: ResolvedRecipe.Trim
    var scripts: [ResolvedRecipe.Script]
    var base: String
    var stage: String
    var epoch: Int

    /// A description of the work.
    ///
    /// - Parameters:
    ///   - base: the installed tree; stays as it is
    ///   - stage: a new or empty folder for the changes
    ///   - epoch: the time of the image, in seconds since 1970
    public init(recipe: ResolvedRecipe, base: String, stage: String, epoch: Int) {
        name = recipe.name
        version = recipe.version
        variant = recipe.variant
        overlays = recipe.overlays
        users = recipe.users
        services = recipe.services
        trim = recipe.trim
        scripts = recipe.scripts
        self.base = Path.absolute(base)
        self.stage = Path.absolute(stage)
        self.epoch = epoch
    }

    /// Does the work in a worker. The stage folder then holds the changes; after a failure it must be removed.
    public func run(_ worker: Worker) throws -> CustomisationReport {
        let result = try worker.run(Self.workerName, job: json(rung: worker.rung))
        return try CustomisationReport(json: result)
    }

    /// The steps, inside the worker.
    func perform(rung: Rung, progress: @escaping ProgressSink) throws -> CustomisationReport {
        let tree = try WorkingTree(base: base, stage: stage).prepare(rung: rung)
        let files = SystemFiles(tree: tree)
        try files.createMountPoints()

        // 1. What the recipe brings.
        var copy = OverlayCopy(tree)
        for overlay in overlays { try copy.copy(overlay) }
        try files.writeRelease(name: name, version: version, variant: variant)
        try files.writeDefaults()
        let presets = ServicePresets(tree: tree)
        try presets.write(services)

        // 2. Programs of the tree.
        let mounts = try RootMounts(tree.folder, rung: rung)
        try runIfPresent("/usr/bin/systemd-sysusers", [], tree, mounts, progress)
        var accounts = try AccountEditor(tree, epoch: epoch)
        for user in users { try accounts.apply(user) }
        try accounts.write()
        for script in scripts { try run(script, tree, mounts, progress) }
        try presets.apply(mounts, progress: progress)

        let modules = ModuleUnpacking(tree: tree)
        let bringsModules = copy.rules.contains { $0.path.hasPrefix("/usr/lib/modules/") }
        try modules.describe(anew: bringsModules || !scripts.isEmpty, mounts, progress: progress)
        // While its program is there; what goes afterwards the loader passes over.
        try runIfPresent("/usr/sbin/ldconfig", ["-X"], tree, mounts, progress)
        try mounts.leave()

        // 3. What goes. Nothing is mounted now: patterns must not reach /proc. Modules are uncompressed late, because most never
        // stay that long.
        var trimmer = Trimmer(tree)
        try trimmer.apply(trim, unpack: modules.run)
        try trimmer.check()

        // 4. What describes the rest.
        let again = try RootMounts(tree.folder, rung: rung)
        try modules.describe(anew: true, again, progress: progress)
        try again.leave()
        try modules.dropSources()
        try files.clean()
        let rootHome = try files.moveRoot()
        try files.moveVar()

        let report = CustomisationReport(
            rules: copy.rules + accounts.rules + rootHome,
            trims: trimmer.removals.map {
                .init(rule: $0.rule, position: $0.position, files: $0.files, bytes: $0.bytes)
            })
        try File.write(Path.join(stage, CustomisationReport.fileName), report.json)
        return report
    }

    private func runIfPresent(
        _ program: String, _ arguments: [String], _ tree: Tree, _ mounts: RootMounts, _ progress: @escaping ProgressSink
    ) throws {
        guard try tree.resolve(program) != nil else { return }
        var command = mounts.command(program, arguments, environment: ["SOURCE_DATE_EPOCH": "\(epoch)"])
        command.progress = progress
        try command.run().check()
    }

    /// Runs a script of the recipe from /run of the tree, which is in memory and gone afterwards.
    private func run(
        _ script: ResolvedRecipe.Script, _ tree: Tree, _ mounts: RootMounts, _ progress: @escaping ProgressSink
    ) throws {
        try during("\(script.position): script \"\(Path.name(script.path))\"") {
            let inside = "/run/nodewright-script"
            try tree.copy(script.path, to: inside, mode: 0o700)
            var command = mounts.command(
                inside, script.arguments, environment: ["SOURCE_DATE_EPOCH": "\(epoch)", "LANG": "C.UTF-8"])
            command.progress = progress
            try command.run().check(.invalidInput)
            try tree.remove(inside)
        }
    }

    static let worker: Worker.Body = { job, progress in
        let (customisation, rung) = try Customisation.read(json: job)
        return try customisation.perform(rung: rung, progress: progress).json
    }
}
