import Host
import Recipe
import RootTree

/// Makes the files of one format from what the stages have made.
protocol ArtefactMaker: Sendable {
    /// The name of its phase, for the progress and the summary.
    var phase: String { get }

    /// Refuses what the artefact cannot be made of, before any artefact is written.
    func check(_ parts: ImageParts) throws

    /// Writes the artefact into the output folder, aside first, so that a failure leaves what was there before.
    ///
    /// - Returns: the paths of its files, the main one first
    func make(_ parts: ImageParts) throws -> [String]
}

extension ArtefactMaker {
    func check(_ parts: ImageParts) throws {}
}

/// What every format is made of.
struct ImageParts: Sendable {
    let recipe: ResolvedRecipe
    let options: BuildOptions
    /// `hypervisor-0.1.0-x86_64`: what the names of artefacts begin with.
    let baseName: String
    /// Path of the kernel.
    let kernel: String
    /// Path of the initramfs.
    let initramfs: String
    /// Path of the squashfs.
    let root: String
    /// The tree with the boot loader's programs.
    let bootTree: String
    /// Seconds since 1970: every time in an artefact.
    let epoch: Int
    let cache: StageCache
    let keys: StageKeys
    /// The installed packages, before the recipe's changes.
    let baseTree: Tree
    /// The version of the kernel.
    let kernelVersion: String
    let progress: ProgressSink

    /// The kernel's arguments: the recipe's, then those of the command line.
    var kernelArguments: [String] { recipe.kernelArguments.map(\.value) + options.kernelArguments }

    /// The path of an artefact with this ending.
    func output(_ ending: String) -> String { Path.join(options.output, baseName + ending) }
}
