import Document
import Host
import Transfer
import Updates

/// An update repository in memory, which can be made to lie; what clients ask for is noted.
final class TestRepository: MetadataSource, TargetSource {
    /// When the tests take place, in seconds since 1970.
    static let now = 1_800_000_000
    /// When metadata expires unless a test says otherwise: in 30 days.
    static let expiry = Expiry(seconds: now + 30 * 86_400)

    var root: RootMetadata
    var timestamp: TimestampMetadata
    var snapshot: SnapshotMetadata
    /// Targets metadata by role.
    var targets: [String: TargetsMetadata] = [:]
    /// The numbers of the keys that sign for a role.
    var signers: [String: [Int]] = [:]
    /// Whether snapshot and timestamp say lengths and hashes.
    var withHashes = false
    /// What is served, by name.
    var files: [String: [UInt8]] = [:]
    /// The content of targets by path.
    var content: [String: [UInt8]] = [:]
    /// What was asked for, in its order.
    private(set) var requests: [String] = []
    /// What a client begins with.
    private(set) var firstRoot: [UInt8] = []

    init(consistent: Bool = true, expiry: Expiry = expiry) throws {
        let header = MetadataHeader(version: 0, expires: expiry)
        root = RootMetadata(header: header, keys: [:], roles: [:], consistentSnapshot: consistent)
        timestamp = TimestampMetadata(header: header, snapshot: MetadataFile(version: 1))
        snapshot = SnapshotMetadata(header: header, files: [:])
        for (number, kind) in MetadataKind.allCases.enumerated() { try setKeys([number], of: kind) }
        targets["targets"] = TargetsMetadata(header: header, targets: [])
        try publish("root", "targets", "snapshot", "timestamp")
        firstRoot = files["1.root.json"] ?? []
    }

    private func emptyTargets() -> TargetsMetadata {
        TargetsMetadata(header: MetadataHeader(version: 0, expires: root.expires), targets: [])
    }

    /// Key 0 to 255: always the same one for a number. Its name is none that could be computed from it.
    static func key(_ number: Int) throws -> Ed25519PrivateKey {
        try Ed25519PrivateKey(seed: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32))
    }

    /// Lets these keys, and no others, sign for a role from the next root on.
    func setKeys(_ numbers: [Int], of kind: MetadataKind, threshold: Int = 1, signing: [Int]? = nil) throws {
        for number in numbers { root.keys["key \(number)"] = MetadataKey(ed25519: try Self.key(number).publicKey) }
        root.roles[kind] = RoleKeys(keyIDs: numbers.map { "key \($0)" }, threshold: threshold)
        signers[kind.rawValue] = signing ?? numbers
    }

    /// Delegates paths to a role, which gets key 100 unless it has others.
    func delegate(
        from delegator: String = "targets", to role: String, _ patterns: [String] = ["*"], terminating: Bool = false,
        keys: [Int] = [100]
    ) throws {
        var delegations = targets[delegator]?.delegations ?? TargetsMetadata.Delegations(keys: [:], roles: [])
        for number in keys {
            delegations.keys["key \(number)"] = MetadataKey(ed25519: try Self.key(number).publicKey)
        }
        delegations.roles.append(
            DelegatedRole(
                name: role, signers: RoleKeys(keyIDs: keys.map { "key \($0)" }),
                scope: .paths(patterns.map { PathPattern($0) }), isTerminating: terminating))
        if targets[delegator] == nil { targets[delegator] = emptyTargets() }
        targets[delegator]?.delegations = delegations
        if targets[role] == nil { targets[role] = emptyTargets() }
        if signers[role] == nil { signers[role] = keys }
    }

    /// Offers a file through a role.
    func offer(_ path: String, _ bytes: [UInt8], by role: String = "targets") throws {
        guard let hashes = FileHashes([.of(bytes), .of(bytes, .sha512)]) else { return }
        targets[role]?.targets[path] = TargetFile(path: path, length: bytes.count, hashes: hashes)
        content[path] = bytes
    }

    /// Signs the next version of roles and serves them, noting them where they are named.
    func publish(_ roles: String..., bump: Bool = true) throws {
        for role in roles {
            switch role {
            case "root":
                if bump { root.header.version += 1 }
                files["\(root.version).root.json"] = try signed(root, role)
            case "timestamp":
                if bump { timestamp.header.version += 1 }
                files["timestamp.json"] = try signed(timestamp, role)
            case "snapshot":
                if bump { snapshot.header.version += 1 }
                timestamp.snapshot = try serve(snapshot, role)
            default:
                if bump { targets[role]?.header.version += 1 }
                guard let metadata = targets[role] else { continue }
                snapshot.files[role + ".json"] = try serve(metadata, role)
            }
        }
    }

    /// The file of a role, signed.
    func signed(_ metadata: some RoleMetadata, _ role: String) throws -> [UInt8] {
        var envelope = try SignedEnvelope(metadata, name: role)
        for number in signers[role] ?? [] { try envelope.sign(with: try Self.key(number), keyID: "key \(number)") }
        return envelope.file()
    }

    private func serve(_ metadata: some RoleMetadata, _ role: String) throws -> MetadataFile {
        let bytes = try signed(metadata, role)
        let name = Self.encoded(role) + ".json"
        files[root.consistentSnapshot ? "\(metadata.version).\(name)" : name] = bytes
        return withHashes
            ? MetadataFile(version: metadata.version, length: bytes.count, hashes: FileHashes([.of(bytes)]))
            : MetadataFile(version: metadata.version)
    }

    private static func encoded(_ role: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        return role.utf8.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    func metadata(_ name: String, limit: Int) throws -> [UInt8]? {
        requests.append(name)
        guard let file = files[name] else { return nil }
        guard file.count <= limit else { throw Failure(.signature, "more than \(limit) bytes") }
        return file
    }

    func target(
        _ path: String, limit: Int, accept: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        requests.append(path)
        // The hash is in front of the last component.
        let name = Path.name(path)
        let plain =
            String(path.dropLast(name.count))
            + (root.consistentSnapshot ? String(name.drop { $0 != "." }.dropFirst()) : name)
        guard let bytes = content[plain] else { return false }
        for start in stride(from: 0, to: bytes.count, by: 7) {
            try bytes[start..<min(start + 7, bytes.count)].withUnsafeBytes { try accept($0) }
        }
        return true
    }

    /// Forgets what was asked for.
    func forgetRequests() { requests = [] }
}
