import Host
import Transfer
public import Updates

/// The private keys of a key folder, opened when they are needed, and the signatures that they make.
public final class KeyRing {
    /// The folder.
    public let folder: KeyFolder
    private let source: PassphraseSource
    private let stored: [StoredKey]
    private var opened: [String: Ed25519PrivateKey] = [:]
    private var lastPassphrase: SecretText?

    /// The keys of a folder.
    public init(_ folder: KeyFolder, _ source: PassphraseSource) throws {
        self.folder = folder
        self.source = source
        stored = try folder.keys().filter { $0.privateFile != nil }
    }

    /// Every key that can be opened here.
    public var keys: [StoredKey] { stored }

    /// Opens as many keys of a role as it needs, so that nothing is begun that cannot be signed.
    ///
    /// - Parameter title: what the role is called: `targets`
    /// - Throws: `.invalidInput` when there are too few
    public func require(_ signers: RoleKeys, _ keys: [String: MetadataKey], title: String) throws {
        let here = matching(signers, keys)
        guard here.count >= signers.threshold else {
            let missing = signers.keyIDs.filter { id in !here.contains { $0.id == id } }.map { String($0.prefix(8)) }
            let needed = signers.threshold == 1 ? "a key" : "\(signers.threshold) keys"
            throw Failure(
                .invalidInput,
                "signing \(title) needs \(needed) that \"\(folder.path)\" lacks: \(missing.joined(separator: ", "))",
                hint: "name the folder that has it with --keys, or replace it: nodewright keys rotate")
        }
        for match in here { _ = try open(match.key) }
    }

    /// Whether as many keys of a role are here as it needs.
    public func has(_ signers: RoleKeys, _ keys: [String: MetadataKey]) -> Bool {
        matching(signers, keys).count >= signers.threshold
    }

    /// Signs with every key of a role that is here.
    ///
    /// - Returns: the names of those keys
    @discardableResult
    public func sign(
        _ envelope: inout SignedEnvelope, _ signers: RoleKeys, _ keys: [String: MetadataKey]
    ) throws -> [String] {
        try matching(signers, keys).map { match in
            try envelope.sign(with: open(match.key), keyID: match.id)
            return match.id
        }
    }

    /// The keys of a role that are here, with the names that the metadata gives them.
    private func matching(
        _ signers: RoleKeys, _ keys: [String: MetadataKey]
    ) -> [(id: String, key: StoredKey)] {
        signers.keyIDs.compactMap { id in
            guard let key = keys[id] else { return nil }
            return stored.first { $0.metadataKey.publicValue == key.publicValue && key.type == "ed25519" }
                .map { (id, $0) }
        }
    }

    private func open(_ key: StoredKey) throws -> Ed25519PrivateKey {
        if let known = opened[key.id] { return known }
        // Keys that were made together have the same passphrase; one that has none opens without.
        if let key = try folder.open(key, passphrase: lastPassphrase) { return remember(key) }
        for _ in 0..<(canAsk ? 3 : 1) {
            let passphrase = try source.read(for: key.title, twice: false)
            if let key = try folder.open(key, passphrase: passphrase) {
                lastPassphrase = passphrase
                return remember(key)
            }
        }
        throw Failure(
            .invalidInput, "the passphrase does not open the \(key.title)",
            hint: "its file is \"\(key.privateFile ?? folder.path)\"")

        func remember(_ opened: Ed25519PrivateKey) -> Ed25519PrivateKey {
            self.opened[key.id] = opened
            return opened
        }
    }

    private var canAsk: Bool { if case .terminal = source { true } else { false } }
}
