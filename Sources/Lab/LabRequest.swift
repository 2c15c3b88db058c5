import Host

/// What `nodewright lab create` is asked for.
public struct LabRequest: Sendable {
    /// Where the repositories are published: `fedora/`, `updates/`, `nodewright/` and the public key.
    public var output: String
    /// Where downloads, finished packages and the secret key are kept between runs.
    public var cache: String
    /// The address of Debian's archive; nil for the one in the host's apt sources.
    public var mirror: String?
    /// The suite of Debian that the packages come from.
    public var suite = "trixie"
    /// Whether to look for newer packages although the lab is complete.
    public var refresh = false
    /// The nodectl program to package; nil to leave it out.
    public var nodectl: String?
    /// The folder with nodectl.spec and its units; nil to leave nodectl out.
    public var packaging: String?

    /// A request for the default suite.
    public init(output: String, cache: String) {
        self.output = output
        self.cache = cache
    }
}
