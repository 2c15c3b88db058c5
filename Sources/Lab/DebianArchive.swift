import Archives
import Host
import Transfer

/// Debian's package archive at a mirror: signed indexes of suites.
struct DebianArchive: Sendable {
    /// The mirror of the archive and that of the security updates.
    struct Mirror: Sendable {
        var main: String
        var security: String
    }

    /// Where Debian, Ubuntu and Fedora (package debian-keyring) have the archive's keys; from 2025 on the ending is changing.
    private static let keyrings = ["gpg", "pgp"].map { "/usr/share/keyrings/debian-archive-keyring.\($0)" }

    /// The archive's keys on this host.
    static var installedKeyring: String? { keyrings.first(where: File.exists) }

    let mirror: Mirror
    let cache: String
    /// The keys that indexes must be signed with; nil for the installed ones.
    let keyring: String?
    /// Whether what earlier runs have fetched is taken without a look at the network.
    let isFrozen: Bool
    let progress: ProgressSink

    /// The mirror that the user names, else the one of the host's own apt sources.
    static func mirror(named: String?, aptFolder: String = "/etc/apt") throws -> Mirror {
        if let named {
            let main = named.hasSuffix("/") ? String(named.dropLast()) : named
            let parent = main.hasSuffix("/debian") ? String(main.dropLast(7)) : main
            return Mirror(main: main, security: parent + "/debian-security")
        }
        let addresses = try sources(aptFolder)
        guard let main = addresses.first(where: { $0.hasSuffix("/debian") }) else {
            throw Failure(
                .invalidInput, "no mirror of Debian's archive is known: the apt sources of this host name none",
                hint: "name one with --mirror URL")
        }
        let security = addresses.first { $0.hasSuffix("/debian-security") }
        return Mirror(main: main, security: security ?? main + "-security")
    }

    /// Addresses in `sources.list` and in deb822 files, without a trailing slash, in order.
    private static func sources(_ folder: String) throws -> [String] {
        var text = ""
        for name in [folder + "/sources.list"] where File.exists(name) { text += try File.readText(name) + "\n" }
        let parts = folder + "/sources.list.d"
        for name in File.exists(parts) ? try Folder.list(parts) : [] {
            if name.hasSuffix(".list") || name.hasSuffix(".sources") {
                text += try File.readText(Path.join(parts, name)) + "\n"
            }
        }
        let words = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.flatMap { $0.split(separator: " ") }
        return words.map(String.init).filter { $0.hasPrefix("http") || $0.hasPrefix("file:") }
            .map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// Reads the index of one suite, whose signature must be Debian's, into `index`.
    func read(
        suite: String, security: Bool = false, into index: inout DebianIndex, isWanted: (String) -> Bool
    ) throws {
        let base = security ? mirror.security : mirror.main
        let folder = "\(base)/dists/\(suite)"
        let checksums = try during("reading the suite \(suite)") { try release(suite, at: folder) }
        let path = "main/binary-amd64/Packages.xz"
        guard let entry = checksums[path] else {
            throw Failure(.signature, "the suite \(suite) of \(redacted(base)) does not list \(path)")
        }
        let file = Path.join(cache, "index/\(entry.checksum.hex).xz")
        if !File.exists(file) {
            try Downloader(progress: progress).fetch(
                [
                    Download(
                        urls: [
                            "\(folder)/main/binary-amd64/by-hash/SHA256/\(entry.checksum.hex)", "\(folder)/\(path)",
                        ],
                        destination: file, checksum: entry.checksum, size: entry.size)
                ], phase: "index of \(suite)")
        }
        let text = try ArchiveReader.decompress(File.read(file), named: file, limit: 1 << 28)
        try index.add(packages: text, base: base, isWanted: isWanted)
    }

    /// The files that the `InRelease` of a suite vouches for; it is kept for later runs once its signature holds.
    private func release(_ suite: String, at folder: String) throws -> [String: (checksum: Checksum, size: Int)] {
        let kept = Path.join(cache, "index/\(suite)-\(Checksum.of(Array(folder.utf8)).hex.prefix(16)).InRelease")
        if isFrozen, File.exists(kept) { return try release(File.read(kept, limit: Self.releaseLimit)) }
        let signed = try Downloader(progress: progress).bytes(folder + "/InRelease", limit: Self.releaseLimit)
        let files = try release(signed)
        try Folder.create(Path.parent(kept))
        try File.write(kept, signed)
        return files
    }

    private static let releaseLimit = 4 << 20

    /// The files that an `InRelease` vouches for, once its signature holds.
    private func release(_ signed: [UInt8]) throws -> [String: (checksum: Checksum, size: Int)] {
        guard let keyring = keyring ?? Self.installedKeyring else {
            throw Failure(
                .invalidInput, "\"\(Self.keyrings[0])\" is missing, which the archive's signature is checked with",
                hint: "install debian-archive-keyring (on Fedora: debian-keyring)")
        }
        let verified = try Command(
            "gpgv", ["--keyring", keyring, "--output", "-", "-"], input: .bytes(signed), progress: progress
        ).run().check(.signature, hint: "the mirror is broken or changed what it hands out; try another with --mirror")
        var files: [String: (Checksum, Int)] = [:]
        var isListing = false
        for line in verified.text.split(separator: "\n") {
            if line.first != " " { isListing = line.hasPrefix("SHA256:") }
            let words = line.split(separator: " ").map(String.init)
            if isListing, words.count == 3, let checksum = Checksum(.sha256, hex: words[0]), let size = Int(words[1]) {
                files[words[2]] = (checksum, size)
            }
        }
        return files
    }
}
