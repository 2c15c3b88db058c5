/// Where packages come from, and whom to believe.
public struct RepositorySource: Sendable, Hashable {
    /// The repository's name in messages, in the lock and in `dnf`'s sense of an id.
    public var name: String
    /// The addresses of the folder that holds `repodata/`, best first: `file:`, `http:` or `https:`.
    public var baseURLs: [String]
    /// The address of a metalink: mirrors together with the checksums of the `repomd.xml` they must serve.
    public var metalink: String?
    /// The address of a plain list of base URLs.
    public var mirrorlist: String?
    /// The OpenPGP keys that sign the repository and its packages: addresses or paths.
    public var keys: [String]
    /// Of two repositories with the same package the lower number wins, as in dnf; 99 unless said otherwise.
    public var priority: Int
    /// Whether metadata and packages without a signature are accepted (`unsigned: allow`).
    public var allowsUnsigned: Bool
    /// Whether its packages of module streams that are not the default are hidden, as dnf does.
    public var filtersModules: Bool

    /// A repository.
    public init(
        name: String, baseURLs: [String] = [], metalink: String? = nil, mirrorlist: String? = nil, keys: [String] = [],
        priority: Int = 99, allowsUnsigned: Bool = false, filtersModules: Bool = true
    ) {
        self.name = name
        self.baseURLs = baseURLs
        self.metalink = metalink
        self.mirrorlist = mirrorlist
        self.keys = keys
        self.priority = priority
        self.allowsUnsigned = allowsUnsigned
        self.filtersModules = filtersModules
    }
}
