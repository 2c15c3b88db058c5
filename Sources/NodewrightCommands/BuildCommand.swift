import ArgumentParser
import Build
import Document
import Host
import Recipe

/// `nodewright build`: from a recipe to artefacts.
struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Build a recipe's artefacts.",
        discussion: """
            Writes OUTPUT/NAME-VERSION-ARCH.iso, .usb.img, .raw and .qcow2, or the folders OUTPUT/pxe and OUTPUT/update; what \
            is in them as NAME-VERSION-ARCH.spdx.json and .cdx.json; and OUTPUT/SHA256SUMS. A lock beside the recipe \
            (RECIPE.lock.json) is followed. What earlier builds have done is taken from the cache; an interrupted build goes \
            on where it was.

            EXAMPLES
              nodewright build recipes/hypervisor.yaml --repositories lab --output out
              nodewright build my-node.yaml --format iso,usb,pxe,disk,qcow2,update
              nodewright build my-node.yaml --locked --kernel-arguments 'intel_iommu=on'
              nodewright build my-node.yaml --compression zstd:3 --json

            EXIT STATUS
              0 done, or everything was there already; 2 mistakes in the recipe, packages that cannot be installed, a script
              that failed; 4 a mirror cannot be reached; 5 something is not signed as it must be; 7 a full disk.
            """)

    @Argument(help: ArgumentHelp("A recipe file.", valueName: "recipe"))
    var recipe: String

    @OptionGroup var recipeOptions: RecipeOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("The folder for the artefacts.", valueName: "folder"))
    var output = "out"

    @Option(
        help: ArgumentHelp(
            "What to make: \(ArtefactFormat.allCases.map(\.rawValue).joined(separator: ", ")); several with commas.",
            valueName: "list"))
    var format = Formats(list: [.iso])

    @Flag(help: "Refuse to build anything but what the lock says.")
    var locked = false

    @Flag(help: "Use only what is in the cache.")
    var offline = false

    @Option(help: ArgumentHelp("More words for the kernel command line.", valueName: "words"))
    var kernelArguments: [String] = []

    @Option(
        help: ArgumentHelp(
            "Another compression of the root file system: zstd:1 (fast) to zstd:22 (small), or xz.", valueName: "name"))
    var compression: Compression?

    @OptionGroup var outputOptions: OutputOptions

    /// A compression as it is written on the command line.
    struct Compression: ExpressibleByArgument {
        let value: ResolvedRecipe.Image.Compression

        init?(argument: String) {
            if argument == "xz" {
                value = .xz
                return
            }
            let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.first == "zstd", parts.count <= 2, let level = parts.count == 1 ? 19 : Int(parts[1]),
                (1...22).contains(level)
            else { return nil }
            value = .zstd(level: level)
        }
    }

    /// Formats as they are written on the command line.
    struct Formats: ExpressibleByArgument {
        let list: [ArtefactFormat]
        var defaultValueDescription: String { list.map(\.rawValue).joined(separator: ",") }

        init(list: [ArtefactFormat]) { self.list = list }

        init?(argument: String) {
            guard let list = ArtefactFormat.list(argument) else { return nil }
            self.list = list
        }
    }

    func run() throws {
        let begin = monotonicSeconds()
        let resolved = try recipeOptions.load(recipe)
        let progress = outputOptions.progress()
        for warning in resolved.warnings { progress(.warning("\(warning)")) }
        var options = BuildOptions(output: Path.absolute(output), cacheFolder: try Environment.usableCacheFolder())
        options.formats = format.list
        options.locked = locked
        options.offline = offline
        options.kernelArguments = kernelArguments.flatMap { $0.split(separator: " ").map(String.init) }
        options.compression = compression?.value
        let result = try ImageBuild(resolved, options: options, progress: progress).run()
        if outputOptions.json { return print(JSON.text(result.json)) }
        let state = result.isUnchanged ? "unchanged" : "built"
        print(
            "\(resolved.name) \(resolved.version): \(state) in \(Renderer.seconds(monotonicSeconds() - begin)), "
                + "\(result.packages) packages, \(result.installedSize / 1_000_000) MB installed")
        for line in BuildSummary.lines(result) { print(line) }
        for artefact in result.artefacts {
            print("\(artefact.path)  \(artefact.size) bytes  sha256:\(artefact.sha256)")
            if File.kind(artefact.path) == .folder { continue }
            print("  boot it: \(CommandLine.arguments[0]) boot \(artefact.path)")
        }
        for document in result.documents { print(document.path) }
    }
}
