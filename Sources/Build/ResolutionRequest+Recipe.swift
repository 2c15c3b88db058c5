import Artefacts
public import Packages
public import Recipe

extension ResolutionRequest {
    /// What a recipe asks of the solver.
    public init(_ recipe: ResolvedRecipe) {
        self.init(
            packages: recipe.packages.map { request in
                (request.action == .exclude ? "-" : "") + (request.kind == .group ? "@" : "") + request.text
            },
            repositories: recipe.repositories.map(RepositorySource.init), architecture: recipe.arch,
            weakDependencies: recipe.weakDependencies)
    }

    /// The packages of the boot loader's tree: GRUB's programs and modules, and the signed programs for UEFI, from the recipe's
    /// own repositories (DESIGN.md, decision 14).
    public static func bootLoader(of recipe: ResolvedRecipe) -> ResolutionRequest {
        ResolutionRequest(
            packages: ToolTree.packages,
            repositories: recipe.repositories.map(RepositorySource.init), architecture: recipe.arch)
    }
}

extension RepositorySource {
    /// A repository of a recipe.
    public init(_ repository: ResolvedRecipe.Repository) {
        var baseURLs: [String] = []
        var metalink: String?
        var mirrorlist: String?
        switch repository.source {
        case .baseURLs(let urls): baseURLs = urls
        case .metalink(let url): metalink = url
        case .mirrorList(let url): mirrorlist = url
        }
        self.init(
            name: repository.name, baseURLs: baseURLs, metalink: metalink, mirrorlist: mirrorlist,
            keys: repository.gpgKeys, priority: repository.priority, allowsUnsigned: repository.allowsUnsigned,
            filtersModules: repository.filtersModules)
    }
}
