import Host
import Testing
import Transfer
import Updates

/// Keys that change: which roots and which metadata are accepted then (specification, 5.3).
struct RotationTests {
    /// A version of root metadata, or of another role: whose keys, how many of them, and who has signed.
    struct Version: Sendable {
        let keys: [Int]
        let threshold: Int
        let signed: [Int]

        init(_ keys: [Int], _ threshold: Int, _ signed: [Int]) {
            self.keys = keys
            self.threshold = threshold
            self.signed = signed
        }
    }

    /// The versions of a root one after the other; with `refused`, the last one is not accepted.
    struct Rotation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let versions: [Version]
        var refused: String?
    }

    static let rotations = [
        Rotation(
            testDescription: "one key for another",
            versions: [Version([1], 1, [1]), Version([2], 1, [2, 1]), Version([2], 1, [2])]),
        Rotation(
            testDescription: "strangers sign, too",
            versions: [Version([1], 1, [3, 1, 4]), Version([2], 1, [3, 2, 1, 4]), Version([2], 1, [3, 2, 4])]),
        Rotation(
            testDescription: "any three of five",
            versions: [
                Version([0, 1, 2, 3, 4], 3, [0, 2, 4]), Version([0, 1, 2, 3, 4], 3, [0, 4, 1]),
                Version([0, 1, 2, 3, 4], 3, [0, 1, 3]),
            ]),
        Rotation(
            testDescription: "one of five, signed by those that stay",
            versions: [Version([0, 1, 2, 3, 4], 3, [0, 2, 4]), Version([0, 1, 3, 4, 5], 3, [0, 4, 1])]),
        Rotation(
            testDescription: "all five",
            versions: [
                Version([0, 1, 2, 3, 4], 3, [0, 2, 4]), Version([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7]),
                Version([5, 6, 7, 8, 9], 3, [5, 6, 7]),
            ]),
        Rotation(
            testDescription: "threshold up", versions: [Version([1, 2, 3], 1, [1]), Version([1, 2, 3], 2, [1, 2])]),
        Rotation(
            testDescription: "threshold down",
            versions: [Version([1, 2, 3], 2, [1, 2]), Version([1, 2, 3], 1, [1, 2]), Version([1, 2, 3], 1, [1])]),
        Rotation(
            testDescription: "not signed by the old key",
            versions: [Version([1], 1, [1]), Version([2], 1, [2, 3, 4])],
            refused: "by enough keys of the trusted root: 0 valid of 1"),
        Rotation(
            testDescription: "not signed by the new key",
            versions: [Version([1], 1, [1]), Version([2], 1, [1, 3, 4])],
            refused: "by enough keys of the new root: 0 valid of 1"),
        Rotation(
            testDescription: "too few of the new keys",
            versions: [Version([0, 1, 2, 3, 4], 3, [0, 2, 4]), Version([0, 1, 3, 4, 5], 3, [0, 2, 4])],
            refused: "of the new root: 2 valid of 3"),
        Rotation(
            testDescription: "too few of the old keys",
            versions: [Version([0, 1, 2, 3, 4], 3, [0, 2, 4]), Version([0, 1, 3, 4, 5], 3, [0, 4, 5])],
            refused: "of the trusted root: 2 valid of 3"),
        Rotation(
            testDescription: "the new threshold is not reached",
            versions: [Version([1, 2, 3], 1, [1]), Version([1, 2, 3], 2, [2])], refused: "of the new root: 1 valid of 2"
        ),
        Rotation(
            testDescription: "the old threshold is not reached",
            versions: [Version([1, 2, 3], 2, [1, 2]), Version([1, 2, 3], 1, [1])],
            refused: "of the trusted root: 1 valid of 2"),
    ]

    @Test(arguments: rotations) func roots(_ rotation: Rotation) throws {
        let repository = try TestRepository()
        repository.root.header.version = 0
        for version in rotation.versions {
            try repository.setKeys(
                version.keys.map { $0 + 20 }, of: .root, threshold: version.threshold,
                signing: version.signed.map { $0 + 20 })
            try repository.publish("root")
        }
        try TestClient.with(repository) { client throws in
            try UpdateClient.begin(with: repository.files["1.root.json"] ?? [], in: client.folder)
            var last = rotation.versions.count
            if let words = rotation.refused {
                expectRefusal(words) { try client.refresh() }
                last -= 1
            } else {
                try client.refresh()
            }
            #expect(client.folder.stored("root", limit: 1 << 20) == repository.files["\(last).root.json"])
        }
    }

    static let others: [(MetadataKind, Version, Bool)] = [MetadataKind.timestamp, .snapshot, .targets].flatMap { kind in
        [
            (Version([2], 1, [2]), true), (Version([1], 1, [3, 1, 4]), true), (Version([2], 1, [1, 3, 4]), false),
            (Version([0, 1, 3, 4, 5], 3, [0, 2, 4]), false), (Version([0, 1, 3, 4, 5], 3, [0, 4]), false),
            (Version([0, 1, 2, 3, 4], 3, [0, 2, 4]), true), (Version([0, 1, 2, 3, 4], 3, [2, 3, 4]), true),
            (Version([0, 1, 2, 3, 4], 6, [0, 1, 2, 3, 4]), false),
        ].map { (kind, $0.0, $0.1) }
    }

    @Test(arguments: others) func otherRoles(_ kind: MetadataKind, _ version: Version, _ isAccepted: Bool) throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.refresh()
            try repository.setKeys(
                version.keys.map { $0 + 20 }, of: kind, threshold: version.threshold,
                signing: version.signed.map { $0 + 20 })
            try repository.publish("root", "targets", "snapshot", "timestamp")
            if isAccepted {
                try client.refresh()
                #expect(client.versions == [2, 2, 2, 2])
            } else {
                expectRefusal("is not signed by enough keys of the trusted root") { try client.refresh() }
                #expect(client.version("root") == 2)
            }
        }
    }

    /// One key under several names counts once, as does a key that is listed again.
    @Test func oneKeyUnderManyNames() throws {
        let repository = try TestRepository()
        let key = try TestRepository.key(50)
        for number in 0..<6 { repository.root.keys["name \(number)"] = MetadataKey(ed25519: key.publicKey) }
        repository.root.roles[.timestamp] = RoleKeys(keyIDs: (0..<6).map { "name \($0)" }, threshold: 2)
        try repository.publish("root")
        repository.timestamp.header.version += 1
        var envelope = try SignedEnvelope(repository.timestamp, name: "timestamp")
        for number in 0..<6 { try envelope.sign(with: key, keyID: "name \(number)") }
        repository.files["timestamp.json"] = envelope.file()
        try TestClient.with(repository) { client throws in expectRefusal("1 valid of 2") { try client.refresh() } }
    }

    /// A wrong signature beside enough right ones is no harm, whatever it looks like.
    @Test func aWrongSignatureBesideARightOne() throws {
        let repository = try TestRepository()
        try repository.setKeys([1, 50], of: .timestamp)
        try repository.publish("root")
        for wrong in [[], [0], [UInt8](repeating: 7, count: 64), [UInt8](repeating: 7, count: 5000)] {
            repository.timestamp.header.version += 1
            var envelope = try SignedEnvelope(repository.timestamp, name: "timestamp")
            try envelope.sign(with: try TestRepository.key(1), keyID: "key 1")
            envelope.add(SignedEnvelope.Signature(keyID: "key 50", bytes: wrong))
            repository.files["timestamp.json"] = envelope.file()
            try TestClient.with(repository) { client throws in
                try client.refresh()
                #expect(client.version("timestamp") == repository.timestamp.version)
            }
        }
    }

    @Test func expiredRootsOnTheWayAreNoHarm() throws {
        let repository = try TestRepository()
        repository.root.header.expires = Expiry(seconds: TestRepository.now - 10)
        for _ in 2...5 { try repository.publish("root") }
        repository.root.header.expires = TestRepository.expiry
        try repository.publish("root")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            #expect(client.versions == [6, 1, 1, 1])
        }
    }

    /// As many roots as the limit allows at once; the next update goes on from there.
    @Test func atMostSoManyRootsAtOnce() throws {
        let repository = try TestRepository()
        for _ in 2...8 { try repository.publish("root") }
        var limits = MetadataLimits()
        limits.rootRotations = 4
        try TestClient.with(repository) { client throws in
            try client.run(limits: limits).refresh()
            #expect(client.version("root") == 5)
            try client.run(limits: limits).refresh()
            #expect(client.version("root") == 8)
        }
    }

    /// After the keys have changed, lower versions are accepted again: the way out when an attacker has raised them (5.3.11).
    @Test(arguments: [MetadataKind.timestamp, .snapshot])
    func fastForwardRecovery(_ kind: MetadataKind) throws {
        let repository = try TestRepository()
        switch kind {
        case .timestamp: repository.timestamp.header.version = 99_998
        default: repository.snapshot.header.version = 99_998
        }
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            try repository.setKeys([60], of: kind)
            try repository.publish("root")
            repository.timestamp.header.version = 1
            repository.snapshot.header.version = 1
            repository.targets["targets"]?.header.version = 0
            try repository.publish("targets", "snapshot", "timestamp")
            try client.refresh()
            #expect(client.versions == [2, 2, 2, 1])
        }
    }

    /// That the keys have changed counts also when the update then fails.
    @Test func recoveryOverAnExpiredRoot() throws {
        let repository = try TestRepository()
        try repository.setKeys([1, 61], of: .timestamp, threshold: 2)
        repository.timestamp.header.version = 99
        try repository.publish("root", "timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            try repository.setKeys([1], of: .timestamp)
            repository.root.header.expires = Expiry(seconds: TestRepository.now - 1)
            try repository.publish("root")
            expectRefusal("root.json has expired") { try client.refresh() }
            #expect(client.versions == [3, 0, 0, 1])
            repository.root.header.expires = TestRepository.expiry
            repository.timestamp.header.version = 2
            try repository.publish("root", "timestamp")
            try client.refresh()
            #expect(client.versions == [4, 3, 1, 1])
        }
    }

    /// A key more for a role gives nobody the right to go back.
    @Test func anotherKeyForgetsNothing() throws {
        let repository = try TestRepository()
        try repository.publish("timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            try repository.setKeys([1, 60], of: .timestamp)
            try repository.publish("root")
            repository.timestamp.header.version = 1
            try repository.publish("timestamp", bump: false)
            expectRefusal("rollback refused") { try client.refresh() }
        }
    }
}
