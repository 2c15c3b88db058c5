import Host
import Publishing
import Testing
import Transfer
import Updates

/// Root files: who signs them, and what nodes follow.
@Suite struct RootTests {
    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing))
    func twoHoldersSignAndNodesFollow() throws {
        try Workbench.run { bench in
            try bench.generate("root", "targets", "snapshot", "timestamp")
            let second = try bench.generate("root", in: "second holder")
            var change = RootChange()
            change.added = try bench.keys.keys() + second
            change.thresholds[.root] = 2
            var root = try change.first(expires: Validity.expiry(days: 365, from: bench.now))
            try root.sign(bench.ring(), previous: nil)
            let early = failure { try bench.install(root) }
            #expect(early?.status == .signature)
            #expect(early?.message.contains("1 of the root keys of version 1: \(second[0].id.prefix(8))") == true)
            // The file travels.
            var there = try RootFile(parsing: root.bytes, name: "1.root.json")
            try there.sign(bench.ring("second holder"), previous: nil)
            #expect(there.gaps(previous: nil).isEmpty)
            try bench.install(there)
            try bench.publish("1.0")
            let client = ReferenceClient(bench)
            #expect(try client.run().isAccepted)

            // One of the two root keys is replaced: two old ones and two new ones have to sign.
            var rotation = RootChange()
            rotation.removed = [second[0].id]
            rotation.added = try bench.generate("root", in: "third holder")
            var next = try rotation.next(after: there, expires: Validity.expiry(days: 365, from: bench.now))
            try next.sign(bench.ring(), previous: there)
            try next.sign(bench.ring("third holder"), previous: there)
            #expect(next.gaps(previous: there).map(\.version) == [1])
            try next.sign(bench.ring("second holder"), previous: there)
            try bench.install(next)
            #expect(try client.run().lines.first == "root 2 timestamp 2 snapshot 2 targets 2")
            try bench.fetch()
            #expect(try ReferenceClient(bench, named: "new node").run().isAccepted)
        }
    }

    /// Whichever role's key is replaced, nodes that know only the first root file get along, and so do new publications.
    @Test(
        .enabled(if: ReferenceClient.isHere, ReferenceClient.missing),
        arguments: ["root", "targets", "snapshot", "timestamp"])
    func aKeyIsReplaced(role: String) throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0")
            let client = ReferenceClient(bench)
            #expect(try client.run().isAccepted)
            try bench.fetch()
            let first = try RootFile(file: Path.join(bench.repository, "metadata/1.root.json"))
            let kind = try #require(MetadataKind(rawValue: role))
            let old = try #require(first.signers(kind).keyIDs.first)
            var change = RootChange()
            change.removed = [String(old.prefix(8))]
            change.added = try bench.generate(role)
            var next = try change.next(after: first, expires: Validity.expiry(days: 365, from: bench.now))
            try next.sign(bench.ring(), previous: first)
            try bench.install(next)
            #expect(failure { try bench.install(next) }?.status == .nothingToDo)
            #expect(try client.run().lines.first?.hasPrefix("root 2 ") == true)
            // The old key is gone, and nobody needs it.
            for name in try Folder.list(bench.keys.path) where name.hasPrefix("\(role).\(old.prefix(8))") {
                try File.remove(Path.join(bench.keys.path, name))
            }
            try bench.publish("1.1")
            #expect(try client.run(["releases/node/1.1/x86_64/manifest.json"]).isAccepted)
            try bench.fetch(["releases/node/1.1/x86_64/manifest.json"])
        }
    }

    /// A key that is lost cannot sign a last time.
    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing)) func aLostKeyIsReplaced() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0")
            let first = try RootFile(file: Path.join(bench.repository, "metadata/1.root.json"))
            for name in try Folder.list(bench.keys.path) where name.hasPrefix("targets") {
                try File.remove(Path.join(bench.keys.path, name))
            }
            #expect(failure { try bench.publish("1.1") }?.message.hasPrefix("signing targets needs a key that") == true)
            var change = RootChange()
            change.removed = first.signers(.targets).keyIDs
            change.added = try bench.generate("targets")
            var next = try change.next(after: first, expires: Validity.expiry(days: 365, from: bench.now))
            try next.sign(bench.ring(), previous: first)
            try bench.install(next)
            try bench.publish("1.1")
            #expect(try ReferenceClient(bench).run(["releases/node/1.0/x86_64/manifest.json"]).isAccepted)
        }
    }

    @Test func whatIsNotTheNextVersionIsRefused() throws {
        try Workbench.run { bench in
            try bench.begin()
            let first = try RootFile(file: Path.join(bench.repository, "metadata/1.root.json"))
            let expires = Validity.expiry(days: 365, from: bench.now)
            let second = try RootChange().next(after: first, expires: expires)
            var third = try RootChange().next(after: second, expires: expires)
            try third.sign(bench.ring(), previous: second)
            #expect(failure { try bench.install(third) }?.status == .versionPolicy)
            // Signed by keys of its own, but not by those of the version before it.
            try bench.generate("root", in: "stranger")
            var change = RootChange()
            change.removed = first.signers(.root).keyIDs
            change.added = try bench.keys("stranger").keys()
            var foreign = try change.next(after: first, expires: expires)
            try foreign.sign(bench.ring("stranger"), previous: first)
            let refused = failure { try bench.install(foreign) }
            #expect(refused?.status == .signature)
            #expect(refused?.message.contains("root keys of version 1") == true)
        }
    }

    @Test func anExpiredRootStopsPublishingUntilTheNext() throws {
        try Workbench.run { bench in
            try bench.begin()
            var later = bench
            later.now += 366 * 86_400
            let expired = failure { try later.publish("1.0") }
            #expect(expired?.status == .signature)
            #expect(expired?.message.contains("version 1 of the root file has expired on") == true)
            #expect(expired?.hint?.contains("nodewright keys root renew") == true)
            let first = try RootFile(file: Path.join(bench.repository, "metadata/1.root.json"))
            var next = try RootChange().next(after: first, expires: Validity.expiry(days: 365, from: later.now))
            try next.sign(bench.ring(), previous: first)
            try later.install(next)
            try later.publish("1.0")
        }
    }

    @Test func rootFilesThatCannotWorkAreNotMade() throws {
        try Workbench.run { bench in
            try bench.generate("root", "targets", "snapshot")
            let missing = failure { _ = try bench.root() }
            #expect(missing?.message == "there is no key for timestamp")
            try bench.generate("timestamp")
            let threshold = failure { _ = try bench.root(threshold: 2) }
            #expect(threshold?.message == "root cannot need 2 signatures: it has 1 keys")
            var change = RootChange()
            change.removed = ["ffffffffffff"]
            let unknown = failure { _ = try change.next(after: bench.root(), expires: Expiry(seconds: bench.now)) }
            #expect(unknown?.message == "no key of the root file begins with \"ffffffffffff\"")
        }
    }
}
