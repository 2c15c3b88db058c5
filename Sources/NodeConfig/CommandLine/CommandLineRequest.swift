/// What a command line asks for besides the configuration itself.
public enum CommandLineRequest: String, Hashable, Sendable, CaseIterable {
    /// Read the configuration's inputs anew although one is stored.
    case reconfigure
    /// Install to a disk.
    case install
    /// Install to a disk on which there is a node already.
    case reinstall
    /// Bring the installed node to the version that was started, and keep its configuration.
    case upgrade
    /// Remove the node from its disks.
    case uninstall
}

/// A document on a web server that the command line names.
public struct ConfigurationSource: Hashable, Sendable {
    /// Its address: `https://…`, or `http://…` with a checksum.
    public let url: String
    /// The SHA-256 checksum that it must have: 64 hexadecimal digits in lower case.
    public let sha256: String?
    /// The file with the certificate authorities that may vouch for the server, instead of the system's own.
    public let certificateAuthorities: String?
}
