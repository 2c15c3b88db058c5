import Archives
import Host
import TestSupport
import Transfer

/// A small archive of Debian on the loopback interface, signed with a key of its own.
struct DebianFixture {
    struct Package {
        let name: String
        let version: String
        var path: String { "pool/\(name)_\(version)_amd64.deb" }
    }

    let server: LoopbackServer
    /// The public key, as gpgv reads it.
    let keyring: String
    private let home: String

    /// Runs `body` with an archive whose suites have these packages.
    static func with<Value>(
        main: [Package], security: [Package], _ body: (DebianFixture, _ folder: String) throws -> Value
    ) throws -> Value {
        try Folder.withTemporary(prefix: "lab") { folder in
            let fixture = try DebianFixture(folder)
            defer {
                fixture.server.stop()
                _ = try? Command("gpgconf", ["--homedir", fixture.home, "--kill", "all"]).run()
            }
            try fixture.publish("debian", "trixie", main)
            try fixture.publish("debian", "trixie-updates", [])
            try fixture.publish("debian", "trixie-backports", [])
            try fixture.publish("debian-security", "trixie-security", security)
            return try body(fixture, folder)
        }
    }

    private init(_ folder: String) throws {
        server = try LoopbackServer()
        home = Path.join(folder, "gnupg")
        keyring = Path.join(folder, "keyring.gpg")
        try Folder.create(home, mode: 0o700)
        _ = try gpg(["--passphrase", "", "--quick-generate-key", "archive@example.invalid", "ed25519", "sign", "never"])
        try File.write(keyring, try gpg(["--export"]).output)
    }

    private func gpg(_ arguments: [String], input: [UInt8] = []) throws -> Command.Result {
        try Command("gpg", ["--homedir", home, "--batch", "--quiet"] + arguments, input: .bytes(input)).run().check()
    }

    private func publish(_ archive: String, _ suite: String, _ packages: [Package]) throws {
        var index = ""
        for package in packages {
            let content = try Self.content(package)
            server.respond("/\(archive)/\(package.path)", .init(body: content))
            index += """
                Package: \(package.name)
                Version: \(package.version)
                Filename: \(package.path)
                Size: \(content.count)
                SHA256: \(Checksum.of(content).hex)


                """
        }
        let packed = try ArchiveWriter.compress(Array(index.utf8), .xz(level: 1))
        let folder = "/\(archive)/dists/\(suite)"
        server.respond("\(folder)/main/binary-amd64/Packages.xz", .init(body: packed))
        let release =
            "Suite: \(suite)\nSHA256:\n \(Checksum.of(packed).hex) \(packed.count) main/binary-amd64/Packages.xz\n"
        let signed = try gpg(["--clearsign"], input: Array(release.utf8)).output
        server.respond("\(folder)/InRelease", .init(body: signed))
    }

    /// A package as dpkg-deb makes it: an `ar` archive of two tar archives.
    private static func content(_ package: Package) throws -> [UInt8] {
        let control =
            "Package: \(package.name)\nVersion: \(package.version)\nArchitecture: amd64\nDescription: a test\n"
        let members = [
            ("debian-binary", Array("2.0\n".utf8)), ("control.tar", try tar(["./control": control])),
            ("data.tar", try tar(["./usr/share/\(package.name)/version": package.version])),
        ]
        var bytes = Array("!<arch>\n".utf8)
        for (name, content) in members {
            func padded(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: width - text.utf8.count)
            }
            let header =
                padded(name, 16) + padded("0", 12) + padded("0", 6) + padded("0", 6) + padded("100644", 8)
                + padded("\(content.count)", 10) + "`\n"
            bytes += Array(header.utf8) + content + (content.count % 2 == 1 ? [0x0A] : [])
        }
        return bytes
    }

    private static func tar(_ files: [String: String]) throws -> [UInt8] {
        let writer = try ArchiveWriter(named: "member", format: .pax)
        for (path, text) in files.sorted(by: { $0.key < $1.key }) {
            var entry = ArchiveEntry(path: path, kind: .regular, mode: 0o644)
            entry.size = text.utf8.count
            entry.modified = 1_700_000_000
            try writer.add(entry, content: Array(text.utf8))
        }
        return try writer.finish()
    }
}
