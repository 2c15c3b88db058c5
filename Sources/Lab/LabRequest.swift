import Host
import Transfer

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

    /// Another map than the one that the program was built with; for tests.
    var map: LabMap?
    /// Other keys of the archive than Debian's; for tests.
    var keyring: String?

    /// A request for the default suite.
    public init(output: String, cache: String) {
        self.output = output
        self.cache = cache
    }
}

extension LabRequest {
    /// The keys of Debian's archive on this host; nil when their package is not installed.
    public static var installedKeyring: String? { DebianArchive.installedKeyring }

    /// The mirror of Debian's archive that this host's apt sources name; nil when `mirror` has to name one.
    public static var knownMirror: String? { (try? DebianArchive.mirror(named: nil)).map { redacted($0.main) } }
}
