import CLinux
import Glibc
import Host
public import Transfer
import Updates

/// A folder of keys, outside of every repository: `ROLE.ID.pem` (private, for its owner alone) and `ROLE.ID.pub` beside it, where
/// ID are the first eight digits of the key's name in metadata.
public struct KeyFolder: Sendable {
    /// Its path.
    public let path: String

    /// A folder, which need not be there yet.
    public init(_ path: String) { self.path = path }

    /// The keys that are here, by role and name; none when there is no folder.
    ///
    /// - Throws: when the folder is open to others, or a file in it is damaged
    public func keys() throws -> [StoredKey] {
        guard File.exists(path) else { return [] }
        try requirePrivate(path, kind: Glibc.S_IFDIR, what: "the key folder", repair: "chmod 700")
        return try Folder.list(path).filter { $0.hasSuffix(".pub") }.compactMap { name in
            // Others may lie here, too; they are none of ours.
            guard let role = KeyRole(name.prefix { $0 != "." }) else { return nil }
            return try Self.key(role, publicFile: Path.join(path, name))
        }
    }

    /// The key of a public key file, with the private half beside it, if that is there.
    public static func key(_ role: KeyRole, publicFile: String) throws -> StoredKey {
        let publicKey = try PublicKeyFile.key(File.readText(publicFile, limit: 4096), name: "\"\(publicFile)\"")
        let privateFile = (publicFile.hasSuffix(".pub") ? String(publicFile.dropLast(4)) : publicFile) + ".pem"
        return StoredKey(
            role: role, id: try MetadataKey(ed25519: publicKey).newID(), publicKey: publicKey,
            privateFile: File.exists(privateFile) ? privateFile : nil, publicFile: publicFile)
    }

    /// Makes a key and stores both halves, the private one first.
    ///
    /// - Parameter passphrase: nil stores the private half as it is
    public func generate(_ role: KeyRole, passphrase: SecretText?) throws -> StoredKey {
        try Folder.create(path, mode: 0o700)
        try requirePrivate(path, kind: Glibc.S_IFDIR, what: "the key folder", repair: "chmod 700")
        let key = try Ed25519PrivateKey.random()
        let id = try MetadataKey(ed25519: key.publicKey).newID()
        let base = Path.join(path, "\(role).\(id.prefix(StoredKey.shortLength))")
        var text = try PrivateKeyFile.text(key, passphrase: passphrase)
        // Wiped after it has been written.
        let content = SecretText(taking: &text)
        try content.withBytes { try File.write(base + ".pem", $0, mode: 0o600) }
        try File.write(base + ".pub", PublicKeyFile.text(key.publicKey))
        return StoredKey(
            role: role, id: id, publicKey: key.publicKey, privateFile: base + ".pem", publicFile: base + ".pub")
    }

    /// Opens the private half of a key; nil when the passphrase does not open it.
    ///
    /// - Parameter passphrase: nil opens only a key that has none
    /// - Throws: `.invalidInput` when the file is open to others, missing or damaged
    func open(_ key: StoredKey, passphrase: SecretText?) throws -> Ed25519PrivateKey? {
        guard let file = key.privateFile else {
            throw Failure(.invalidInput, "the private half of the \(key.title) is not in \"\(path)\"")
        }
        try requirePrivate(file, kind: Glibc.S_IFREG, what: "the private key", repair: "chmod 600")
        var text = try File.read(file, limit: PrivateKeyFile.limit)
        defer { text.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
        guard let opened = try PrivateKeyFile.key(text, passphrase: passphrase, name: "\"\(file)\"") else { return nil }
        guard opened.publicKey == key.publicKey else {
            throw Failure(
                .invalidInput, "\"\(file)\" is another key than \"\(key.publicFile)\"",
                hint: "put the files back as \"nodewright keys generate\" has written them")
        }
        return opened
    }

    /// Refuses what others than its owner may read or change.
    private func requirePrivate(_ path: String, kind: mode_t, what: String, repair: String) throws {
        var status = stat()
        try check("read \"\(path)\"") { stat(path, &status) }
        guard status.st_mode & Glibc.S_IFMT == kind else {
            throw Failure(.invalidInput, "\(what) \"\(path)\" is something else")
        }
        guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw Failure(
                .invalidInput, "\(what) \"\(path)\" is open to others than you",
                hint: "\(repair) \"\(path)\"; if others could have read it, replace the key: nodewright keys rotate")
        }
    }
}
