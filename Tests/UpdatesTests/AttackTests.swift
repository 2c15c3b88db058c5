import Document
import Host
import Testing
import Updates

/// Every attack of the specification's section 1.5.2 is refused with its own message, and what was trusted stays.
struct AttackTests {
    private static let day = 86_400

    /// Changes a repository after a client has refreshed at version 2 of everything but the root.
    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Words of the message.
        let words: String
        /// What is stored afterwards: root, timestamp, snapshot, targets.
        var stored = [1, 2, 2, 2]
        var withHashes = false
        let change: @Sendable (TestRepository) throws -> Void
    }

    static let attacks: [Attack] = [
        Attack(testDescription: "older timestamp", words: "timestamp.json has version 1 of itself, but version 2") {
            $0.timestamp.header.version = 1
            try $0.publish("timestamp", bump: false)
        },
        Attack(
            testDescription: "newer timestamp, older snapshot", words: "timestamp.json has version 1 of snapshot.json"
        ) {
            $0.snapshot.header.version = 0
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            testDescription: "newer timestamp, older snapshot, with hashes",
            words: "timestamp.json has version 1 of snapshot.json", withHashes: true
        ) {
            $0.snapshot.header.version = 0
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            testDescription: "newer snapshot, older targets", words: "snapshot.json has version 1 of targets.json",
            stored: [1, 3, 2, 2]
        ) {
            $0.targets["targets"]?.header.version = 0
            try $0.publish("targets", "snapshot", "timestamp")
        },
        Attack(
            testDescription: "newer snapshot, older targets, with hashes",
            words: "snapshot.json has version 1 of targets.json", stored: [1, 3, 2, 2], withHashes: true
        ) {
            $0.targets["targets"]?.header.version = 0
            try $0.publish("targets", "snapshot", "timestamp")
        },
        Attack(
            testDescription: "a role is gone", words: "does not list role.json any more", stored: [1, 3, 2, 2]
        ) {
            $0.snapshot.files["role.json"] = nil
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            testDescription: "an older role", words: "snapshot.json has version 1 of role.json", stored: [1, 3, 2, 2]
        ) {
            $0.snapshot.files["role.json"]?.version = 1
            try $0.publish("snapshot", "timestamp")
        },
        Attack(testDescription: "an expired timestamp", words: "timestamp.json has expired on 2027-01-14T08:00:00Z") {
            $0.timestamp.header.expires = Expiry(seconds: TestRepository.now - day)
            try $0.publish("timestamp")
        },
        Attack(testDescription: "a timestamp that expires now", words: "timestamp.json has expired") {
            $0.timestamp.header.expires = Expiry(seconds: TestRepository.now)
            try $0.publish("timestamp")
        },
        Attack(testDescription: "an expired snapshot", words: "snapshot.json has expired", stored: [1, 3, 2, 2]) {
            $0.snapshot.header.expires = Expiry(seconds: TestRepository.now - day)
            try $0.publish("snapshot", "timestamp")
        },
        Attack(testDescription: "expired targets", words: "targets.json has expired", stored: [1, 3, 3, 2]) {
            $0.targets["targets"]?.header.expires = Expiry(seconds: TestRepository.now - day)
            try $0.publish("targets", "snapshot", "timestamp")
        },
        Attack(testDescription: "an expired root", words: "root.json has expired", stored: [2, 2, 2, 2]) {
            $0.root.header.expires = Expiry(seconds: TestRepository.now - day)
            try $0.publish("root")
            try $0.publish("targets", "snapshot", "timestamp")
        },
        Attack(
            testDescription: "a snapshot of another version",
            words: "it has version 4 instead of 3", stored: [1, 3, 2, 2]
        ) {
            try $0.publish("snapshot", "timestamp")
            $0.snapshot.header.version = 4
            $0.files["3.snapshot.json"] = try $0.signed($0.snapshot, "snapshot")
        },
        Attack(
            testDescription: "another snapshot of that version",
            words: "snapshot.json is not the file that timestamp.json names: it has", stored: [1, 3, 2, 2],
            withHashes: true
        ) {
            try $0.publish("snapshot", "timestamp")
            $0.files["3.snapshot.json"]?.removeLast()
        },
        Attack(
            testDescription: "another snapshot of that length",
            words: "snapshot.json is not the file that timestamp.json names: its sha256 hash", stored: [1, 3, 2, 2],
            withHashes: true
        ) {
            try $0.publish("snapshot", "timestamp")
            // White space is not signed.
            $0.files["3.snapshot.json"]?[1] = UInt8(ascii: " ")
        },
        Attack(
            testDescription: "targets of another version",
            words: "targets.json is not the file that snapshot.json names: it has version 4", stored: [1, 3, 3, 2]
        ) {
            try $0.publish("targets", "snapshot", "timestamp")
            $0.targets["targets"]?.header.version = 4
            $0.files["3.targets.json"] = try $0.signed(try #require($0.targets["targets"]), "targets")
        },
        Attack(
            testDescription: "other targets of that version",
            words: "targets.json is not the file that snapshot.json names: its sha256", stored: [1, 3, 3, 2],
            withHashes: true
        ) {
            try $0.publish("targets", "snapshot", "timestamp")
            $0.files["3.targets.json"]?[1] = UInt8(ascii: " ")
        },
        Attack(
            testDescription: "targets that the snapshot does not list", words: "targets.json any more",
            stored: [1, 3, 2, 2]
        ) {
            $0.snapshot.files["targets.json"] = nil
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            testDescription: "a timestamp by a stranger", words: "timestamp.json is not signed by enough keys"
        ) {
            $0.signers["timestamp"] = [77]
            try $0.publish("timestamp")
        },
        Attack(testDescription: "a timestamp without signatures", words: "0 valid of 1 that are needed") {
            $0.signers["timestamp"] = []
            try $0.publish("timestamp")
        },
        Attack(
            testDescription: "a snapshot by the keys of the targets", words: "snapshot.json is not signed",
            stored: [1, 3, 2, 2]
        ) {
            $0.signers["snapshot"] = $0.signers["targets"]
            try $0.publish("snapshot", "timestamp")
        },
        Attack(
            testDescription: "a timestamp in place of the snapshot",
            words: "this is not snapshot metadata, but \"timestamp\"",
            stored: [1, 3, 2, 2]
        ) {
            try $0.publish("snapshot", "timestamp")
            $0.files["3.snapshot.json"] = $0.files["timestamp.json"]
        },
        Attack(testDescription: "a changed timestamp", words: "0 valid of 1") {
            try $0.publish("timestamp")
            let text = String(decoding: $0.files["timestamp.json"] ?? [], as: UTF8.self)
            $0.files["timestamp.json"] = Array(text.replacing("\"version\": 3", with: "\"version\": 9").utf8)
        },
        Attack(testDescription: "a key that signs twice", words: "the key \"key 1\" has signed twice") {
            try $0.publish("timestamp")
            let text = String(decoding: $0.files["timestamp.json"] ?? [], as: UTF8.self)
            guard let start = text.firstRange(of: "{\n      \"keyid\""),
                let end = text[start.lowerBound...].firstIndex(of: "}")
            else { throw Failure(.internalError, "no signature found") }
            let signature = String(text[start.lowerBound...end])
            $0.files["timestamp.json"] = Array(text.replacing(signature, with: "\(signature),\(signature)").utf8)
        },
        Attack(testDescription: "a root that skips a version", words: "2.root.json has version 3 instead of 2") {
            $0.root.header.version = 3
            $0.files["2.root.json"] = try $0.signed($0.root, "root")
        },
        Attack(testDescription: "the same root again", words: "2.root.json has version 1 instead of 2") {
            $0.files["2.root.json"] = $0.files["1.root.json"]
        },
        Attack(testDescription: "an endless timestamp", words: "more than 16384 bytes") {
            $0.files["timestamp.json"] = [UInt8](repeating: 32, count: 16_385)
        },
        Attack(testDescription: "an endless root", words: "more than 512000 bytes") {
            $0.files["2.root.json"] = [UInt8](repeating: 32, count: 512_001)
        },
        Attack(testDescription: "garbage", words: "the metadata is malformed: timestamp.json:1:1") {
            $0.files["timestamp.json"] = Array("<html>".utf8)
        },
        Attack(
            testDescription: "another major version of the specification",
            words: "version \"2.0.0\" of the specification"
        ) {
            $0.timestamp.header.specification = "2.0.0"
            // Our own writer refuses it, so the number is changed in what is signed.
            $0.timestamp.header.version += 1
            $0.timestamp.header.specification = "1.0.0"
            let text = String(decoding: try $0.signed($0.timestamp, "timestamp"), as: UTF8.self)
            $0.files["timestamp.json"] = Array(text.replacing("\"1.0.0\"", with: "\"2.0.0\"").utf8)
        },
    ]

    @Test(arguments: attacks) func isRefused(_ attack: Attack) throws {
        let repository = try TestRepository()
        repository.withHashes = attack.withHashes
        try repository.delegate(to: "role", ["role/*"])
        try repository.publish("role", "targets")
        try repository.publish("role", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            #expect(client.versions == [1, 2, 2, 2])
            try attack.change(repository)
            expectRefusal(attack.words) { try client.refresh() }
            #expect(client.versions == attack.stored)
            // Trying again does not help the attacker.
            expectRefusal(attack.words) { try client.refresh() }
        }
    }

    /// A timestamp that nobody renews is refused once it has expired, also when the server goes on to serve it.
    @Test func freeze() throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.refresh()
            expectRefusal("root.json has expired") { try client.refresh(at: TestRepository.now + 31 * Self.day) }
            repository.root.header.expires = Expiry(seconds: TestRepository.now + 300 * Self.day)
            try repository.publish("root")
            expectRefusal("timestamp.json has expired") { try client.refresh(at: TestRepository.now + 31 * Self.day) }
            repository.timestamp.header.expires = repository.root.expires
            try repository.publish("timestamp")
            expectRefusal("snapshot.json has expired") { try client.refresh(at: TestRepository.now + 31 * Self.day) }
        }
    }

    /// An older snapshot is not even asked for.
    @Test func simpleSnapshotRollback() throws {
        let repository = try TestRepository()
        try repository.publish("snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            repository.snapshot.header.version = 1
            repository.files["2.snapshot.json"] = try repository.signed(repository.snapshot, "snapshot")
            repository.forgetRequests()
            try client.refresh()
            #expect(client.version("snapshot") == 2)
            #expect(repository.requests.last == "timestamp.json")
        }
    }
}
