import Host
import Transfer

/// The private key with which a crash dump is written to a host over SSH.
public enum CrashDumpKey {
    /// Where it is kept once it has been fetched.
    public static let file = "/var/lib/nodewright/kdump-key"
    /// A private key is a few kilobytes.
    private static let limit = 1 << 16

    /// Fetches the key, unless it was fetched before from the same address.
    ///
    /// - Parameters:
    ///   - url: an https:// address
    ///   - file: where it is kept, readable for root alone
    /// - Throws: `.network` when the server does not answer, `.invalidInput` when it is no private key
    public static func fetch(_ url: String, to file: String = CrashDumpKey.file) throws {
        let origin = file + ".url"
        if File.exists(file), (try? File.readText(origin, limit: limit)) == url { return }
        try Folder.create(Path.parent(file), mode: 0o700)
        let aside = file + ".new"
        try File.remove(aside)
        let download = Download(urls: [url], destination: aside, checksum: nil, limit: limit)
        try Downloader().fetch(download, phase: "key for crash dumps", patience: 60)
        let content = try File.read(aside, limit: limit)
        try File.remove(aside)
        guard content.starts(with: "-----BEGIN ".utf8) else {
            throw Failure(.invalidInput, "what is at \(redacted(url)) is no private key")
        }
        try File.write(file, content, mode: 0o600)
        try File.write(origin, url, mode: 0o600)
    }
}
