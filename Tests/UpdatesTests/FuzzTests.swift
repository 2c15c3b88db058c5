import Document
import Host
import TestSupport
import Testing
import Updates

/// Damaged metadata is refused, never believed, and ends nothing.
struct FuzzTests {
    private static let pieces = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "0", "99999999999999999999", "1e9", "\\ud800",
        "\"version\": 2", "\"keyid\"", "\"threshold\": 1", "root", "timestamp", "[[[[[[[[", "\u{FEFF}",
    ]

    /// A root, timestamp, snapshot, targets and a delegated role that belong together.
    private static func repository() throws -> TestRepository {
        let repository = try TestRepository()
        repository.withHashes = false
        try repository.delegate(to: "role", ["a/*", "[!x]*"])
        try repository.offer("a/b", [1], by: "role")
        try repository.publish("root", "role", "targets", "snapshot", "timestamp")
        return repository
    }

    @Test(arguments: [
        "1.root.json", "2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json", "1.role.json",
    ])
    func isNeverBelieved(_ damaged: String) throws {
        let repository = try Self.repository()
        let original = try #require(repository.files[damaged])
        let signed = try SignedEnvelope(parsing: original, name: damaged).signedBytes
        var mutations = Mutations(seed: damaged.utf8.count, pieces: Self.pieces)
        var refused = 0
        for _ in 0..<250 {
            let bytes = mutations.mutate(original)
            // White space and what stands outside of the signed part may change.
            if let envelope = try? SignedEnvelope(parsing: bytes, name: damaged), envelope.signedBytes == signed {
                continue
            }
            repository.files[damaged] = bytes
            #expect(throws: Failure.self, "\(String(decoding: bytes, as: UTF8.self))") { try Self.walk(repository) }
            refused += 1
        }
        #expect(refused > 100)
        repository.files[damaged] = original
        try Self.walk(repository)
    }

    /// All steps of an update, without a disk.
    private static func walk(_ repository: TestRepository) throws {
        func file(_ name: String) throws -> [UInt8] { try #require(repository.files[name]) }
        var trusted = try TrustedMetadata(root: try file("1.root.json"), startTime: TestRepository.now)
        try trusted.updateRoot(try file("2.root.json"))
        try trusted.checkRoot()
        guard try trusted.updateTimestamp(try file("timestamp.json")) else { throw Failure(.signature, "not new") }
        try trusted.updateSnapshot(try file("2.snapshot.json"))
        try trusted.updateTargets("targets", try file("2.targets.json"))
        try trusted.updateTargets("role", delegatedBy: "targets", try file("1.role.json"))
    }
}
