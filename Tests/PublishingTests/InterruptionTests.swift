import Host
import Publishing
import TestSupport
import Testing
import Transfer
import Updates

/// A publisher that dies leaves the old state or the new one, and whoever comes after it goes on.
@Suite struct InterruptionTests {
    /// A folder whose disk is full after so many writes; the last one leaves a part of a file.
    private final class FailingStorage: RepositoryStorage {
        let name = "failing"
        private let inner: RepositoryFolder
        private(set) var left: Int

        init(_ inner: RepositoryFolder, after count: Int) {
            self.inner = inner
            left = count
        }

        private func spend(_ path: String) throws {
            left -= 1
            guard left < 0 else { return }
            let place = Path.join(inner.path, path)
            try Folder.create(Path.parent(place))
            try File.write(place + ".part", Array("half".utf8))
            throw Failure(.device, "no space left")
        }

        func read(_ path: String, limit: Int) throws -> [UInt8]? { try inner.read(path, limit: limit) }
        func add(_ path: String, _ content: [UInt8]) throws {
            try spend(path)
            try inner.add(path, content)
        }
        func add(_ path: String, from file: String, size: Int, sha256: Checksum) throws {
            try spend(path)
            try inner.add(path, from: file, size: size, sha256: sha256)
        }
        func link(_ path: String, as other: String, size: Int, sha256: Checksum) throws {
            try spend(other)
            try inner.link(path, as: other, size: size, sha256: sha256)
        }
        func prune(keeping paths: Set<String>) throws -> Int { try inner.prune(keeping: paths) }
        func publish(_ path: String, _ content: [UInt8]) throws {
            try spend(path)
            try inner.publish(path, content)
        }
    }

    /// Four files, three chunk indexes, manifest, list, targets, snapshot, timestamp.
    private static let writes = 12

    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing))
    func aPublicationThatEndsAnywhereLeavesTheOldState() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0")
            let client = ReferenceClient(bench)
            let manifest = "releases/node/1.0/x86_64/manifest.json"
            let before = try client.run([manifest])
            #expect(before.isAccepted)
            for count in 0..<Self.writes {
                let ended = failure {
                    let folder = try RepositoryFolder(bench.repository, for: .changing)
                    try bench.publish("1.1", storage: FailingStorage(folder, after: count))
                }
                #expect(ended?.message == "no space left", "after \(count) writes")
                try bench.fetch([manifest])
                // Each of its runs takes half a second: before the metadata, and in the middle of it.
                guard [7, 10, 11].contains(count) else { continue }
                let after = try client.run([manifest])
                #expect(after.isAccepted && after.lines == before.lines, "after \(count) writes: \(after.lines)")
            }
            let folder = try RepositoryFolder(bench.repository, for: .changing)
            try bench.publish("1.1", storage: FailingStorage(folder, after: Self.writes))
            #expect(try client.run(["releases/node/1.1/x86_64/manifest.json"]).isAccepted)
            let left = try Folder.walk(bench.repository).filter { $0.hasSuffix(".part") }
            #expect(left.isEmpty)
        }
    }

    /// Killed at any moment: our client finds the old state or the new one, and the next run ends what was begun.
    @Test func aPublisherThatIsKilledLeavesAValidRepository() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0")
            let list = "channels/stable/node-x86_64.json"
            var killed = 0
            for number in 1...24 {
                let update = try bench.build("1.\(number)")
                // A run takes some twenty to a hundred milliseconds, most of it fsync.
                let run = try Command(
                    "timeout",
                    [
                        "-s", "KILL", "0.0\(number * 3 / 10)\(number * 3 % 10)", Programs.built("nodewright"),
                        "publish", update,
                    ]
                        + ["--repository", bench.repository, "--keys", bench.keys.path]
                ).run()
                if run.status != 0 { killed += 1 }
                let offers = try ChannelList(bench.fetch([list])[0], file: list).offers
                for offer in offers { try bench.fetch([offer.manifest]) }
                #expect(run.status != 0 || offers.first?.version.description == "1.\(number)")
            }
            #expect(killed > 0)
            try bench.publish("2.0")
            #expect(try bench.list().offers.first?.version.description == "2.0")
        }
    }

    /// The repository can be used at each moment of a rotation, by nodes that know the old root file and by new ones.
    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing))
    func aRotationThatEndsAnywhereLeavesAValidRepository() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0")
            var change = RootChange()
            let before = try bench.root()
            change.removed = [try #require(before.signers(.timestamp).keyIDs.first)]
            change.added = try bench.generate("timestamp")
            let installed = try RootFile(file: Path.join(bench.repository, "metadata/1.root.json"))
            var next = try change.next(after: installed, expires: Validity.expiry(days: 365, from: bench.now))
            try next.sign(bench.ring(), previous: installed)
            // Snapshot, timestamp, root file.
            for count in 0..<3 {
                let ended = failure {
                    let folder = try RepositoryFolder(bench.repository, for: .changing)
                    let storage = FailingStorage(folder, after: count)
                    _ = try RootInstallation(storage, bench.ring(), now: bench.now).install(next)
                }
                #expect(ended?.message == "no space left")
                #expect(try ReferenceClient(bench, named: "client \(count)").run().isAccepted, "after \(count) writes")
            }
            try bench.install(next)
            #expect(try ReferenceClient(bench).run().lines.first?.hasPrefix("root 2 ") == true)
            // From now on only the new key signs.
            try bench.publish("1.1")
            #expect(try ReferenceClient(bench).run().isAccepted)
        }
    }
}
