import Host
public import Recipe
public import Sandbox

/// How a recipe is to be built.
public struct BuildOptions: Sendable {
    /// Where artefacts go.
    public var output: String
    /// What is made, without repetitions.
    public var formats: [ArtefactFormat] = [.iso]
    /// Downloads and finished stages.
    public var cacheFolder: String
    /// Refuse to build anything but what the lock says.
    public var locked = false
    /// Use only what is in the cache.
    public var offline = false
    /// More words for the kernel command line, behind the recipe's.
    public var kernelArguments: [String] = []
    /// Another compression of the root file system than the recipe's.
    public var compression: ResolvedRecipe.Image.Compression?
    /// How workers become root; nil for the best that works.
    public var rung: Rung?

    /// Options with their defaults.
    public init(output: String, cacheFolder: String) {
        self.output = output
        self.cacheFolder = cacheFolder
    }
}
