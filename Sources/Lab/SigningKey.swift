import Glibc
import Host

/// The lab's own OpenPGP key (Ed25519). The secret half stays in a folder that only its owner can read, outside of what is
/// published.
struct SigningKey: Sendable {
    /// The public half, ASCII-armoured.
    let publicKey: [UInt8]
    let fingerprint: String
    let home: String

    /// Runs `body` with the key kept in `folder`, which is made when missing.
    ///
    /// GnuPG works in a short-lived folder of its own, because the names of its sockets may not be longer than 108 bytes.
    static func with<Value>(_ folder: String, _ body: (SigningKey) throws -> Value) throws -> Value {
        try Folder.create(folder, mode: 0o700)
        chmod(folder, 0o700)
        let home = try Folder.temporary(in: "/tmp", prefix: "nodewright-lab-key")
        defer {
            _ = try? Command("gpgconf", ["--homedir", home, "--kill", "all"]).run()
            try? Folder.remove(home)
        }
        let secret = Path.join(folder, "secret.asc")
        if File.exists(secret) {
            try gpg(home, ["--import"], input: File.read(secret))
        } else {
            try gpg(
                home,
                [
                    "--passphrase", "", "--quick-generate-key", "Nodewright lab <lab@nodewright.invalid>", "ed25519",
                    "sign", "never",
                ])
            try File.write(secret, try gpg(home, ["--armor", "--export-secret-keys"]).output, mode: 0o600)
        }
        let listing = try gpg(home, ["--with-colons", "--list-keys"]).text
        let line = listing.split(separator: "\n").first { $0.hasPrefix("fpr:") }
        guard let fingerprint = line?.split(separator: ":").last.map(String.init) else {
            throw Failure(
                .internalError, "GnuPG does not list the lab's key", hint: "remove \"\(folder)\"; a new key is made")
        }
        let key = SigningKey(
            publicKey: try gpg(home, ["--armor", "--export", fingerprint]).output, fingerprint: fingerprint, home: home)
        return try body(key)
    }

    /// A detached signature.
    func sign(_ bytes: [UInt8], armored: Bool = false) throws -> [UInt8] {
        try Self.gpg(
            home,
            (armored ? ["--armor"] : []) + ["--digest-algo", "sha256", "--local-user", fingerprint, "--detach-sign"],
            input: bytes
        ).output
    }

    @discardableResult
    private static func gpg(_ home: String, _ arguments: [String], input: [UInt8]? = nil) throws -> Command.Result {
        try Command(
            "gpg", ["--homedir", home, "--batch", "--no-tty", "--quiet"] + arguments,
            input: input.map { .bytes($0) } ?? .null
        ).run().check()
    }
}
