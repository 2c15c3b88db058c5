import ArgumentParser
import Build
import Document
import Host
import Packages
import Recipe

/// `nodewright resolve`: from a recipe to its lock.
struct ResolveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Choose the exact packages of a recipe and write its lock.",
        discussion: """
            The lock names every package with its checksum, its repository and the reason why it is there. A build follows it
            until it is made anew; keep it in version control together with the recipe.

            EXAMPLES
              nodewright resolve recipes/hypervisor.yaml
              nodewright resolve recipes/hypervisor.yaml --repositories fedora --variable release=43
              nodewright resolve my-node.yaml --offline --output /tmp/my-node.lock.json

            EXIT STATUS
              0 done; 2 the recipe has mistakes, or its packages cannot be installed together; 4 a repository cannot be
              reached; 5 its metadata cannot be believed.
            """)

    @Argument(help: ArgumentHelp("A recipe file.", valueName: "recipe"))
    var recipe: String

    @OptionGroup var recipeOptions: RecipeOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the lock here instead of beside the recipe (RECIPE.lock.json).", valueName: "file"))
    var output: String?

    @Flag(help: "Use only metadata that earlier runs have fetched.")
    var offline = false

    @OptionGroup var outputOptions: OutputOptions

    func run() throws {
        let progress = outputOptions.progress()
        let recipe = try recipeOptions.load(self.recipe)
        let resolver = Resolver(
            cacheFolder: try Environment.usableCacheFolder(), offline: offline, progress: progress)
        let file = output.map { LockFile(path: $0) } ?? LockFile(recipe: self.recipe)
        let before = File.exists(file.path) ? try? Lock.read(file.path) : nil
        let bootLoaderBefore = before == nil ? nil : try? Lock.read(file.path, .bootLoader)
        let lock = try resolver.resolve(ResolutionRequest(recipe))
        let bootLoader = try resolveBootLoader(of: recipe, with: resolver, progress)
        let isUnchanged = lock == before && bootLoader == bootLoaderBefore
        if !isUnchanged { try lock.write(file.path, bootLoader: bootLoader) }
        let differences = before?.differences(to: lock)
        if outputOptions.json {
            print(
                JSON.text([
                    "result": "done", "lock": .string(file.path), "packages": .integer(lock.packages.count),
                    "download-bytes": .integer(lock.downloadSize), "installed-bytes": .integer(lock.installedSize),
                    "changed": .bool(!isUnchanged), "differences": .strings(differences ?? []),
                ]))
        } else {
            for line in differences ?? [] { print(line) }
            let state = isUnchanged ? "unchanged" : "written"
            print(
                "\(file.path): \(state), \(lock.packages.count) packages, \(lock.downloadSize / 1_000_000) MB to download, \(lock.installedSize / 1_000_000) MB installed"
            )
        }
    }

    /// The packages of the boot loader's tree; repositories without them serve recipes of which nothing bootable is built.
    private func resolveBootLoader(
        of recipe: ResolvedRecipe, with resolver: Resolver, _ progress: ProgressSink
    ) throws -> Lock? {
        do {
            return try resolver.resolve(.bootLoader(of: recipe))
        } catch let failure as Failure where failure.status == .invalidInput {
            progress(.warning("the boot loader's packages are not locked: \(failure.message)"))
            return nil
        }
    }
}
