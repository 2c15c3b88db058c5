/// What is to be installed, and from where.
public struct ResolutionRequest: Sendable {
    /// Names, patterns, NEVRAs, files or provided things; `@group`; `-name` excludes.
    public var packages: [String]
    /// The repositories in order of preference among equals.
    public var repositories: [RepositorySource]
    /// The architecture of the image, as RPM names it.
    public var architecture: String
    /// Whether recommended packages are installed too.
    public var weakDependencies: Bool

    /// A request.
    public init(
        packages: [String], repositories: [RepositorySource], architecture: String = "x86_64",
        weakDependencies: Bool = false
    ) {
        self.packages = packages
        self.repositories = repositories
        self.architecture = architecture
        self.weakDependencies = weakDependencies
    }
}
