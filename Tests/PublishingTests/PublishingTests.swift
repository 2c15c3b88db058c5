import Delta
import Host
import Publishing
import Synchronization
import Testing
import Transfer
import Updates

/// Repositories as the reference client sees them.
@Suite struct PublishingTests {
    private static let list = "channels/stable/node-x86_64.json"

    private func manifest(_ version: String, _ base: String = "releases") -> String {
        "\(base)/node/\(version)/x86_64/manifest.json"
    }

    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing))
    func theReferenceClientFetchesEveryTarget() throws {
        try Workbench.run { bench in
            try bench.begin()
            let client = ReferenceClient(bench)
            #expect(try client.run().lines == ["root 1 timestamp 1 snapshot 1 targets 1"])
            try bench.publish("1.0")
            let names = (ReleaseManifest.required + [ReleaseManifest.fileName]).map {
                ReleasePath.beside(manifest("1.0"), $0)
            }
            let (isAccepted, lines) = try client.run(names + [Self.list])
            #expect(isAccepted)
            #expect(lines.first == "root 1 timestamp 2 snapshot 2 targets 2")
            for name in ReleaseManifest.required {
                let built = try Checksum.of(file: Path.join(bench.folder, "update-node-1.0-x86_64/\(name)"))
                #expect(lines.contains("\(ReleasePath.beside(manifest("1.0"), name)) \(built.hex)"))
            }
            #expect(
                try bench.list().newest(after: #require(ReleaseVersion("0.9")), machine: "a")?.manifest
                    == manifest("1.0"))
            // And the next version beside it.
            try bench.publish("1.1")
            #expect(try client.run([manifest("1.0"), manifest("1.1"), Self.list]).isAccepted)
        }
    }

    /// From the channel's list over the manifest to each file and its chunk index, as a node goes.
    @Test func ourClientFindsItsWay() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0") {
                $0.minimumVersion = ReleaseVersion("0.5")
                $0.notes = "What is new\n"
            }
            let list = try ChannelList(bench.fetch([Self.list])[0], file: "list")
            let running = try #require(ReleaseVersion("0.9"))
            let offer = try #require(list.newest(after: running, machine: "a"))
            #expect(try list.newest(after: #require(ReleaseVersion("0.4")), machine: "a") == nil)
            let release = try ReleaseManifest(bench.fetch([offer.manifest])[0], file: "manifest")
            #expect(release.notes == "What is new\n" && release.minimumVersion == ReleaseVersion("0.5"))
            for file in release.files {
                let bytes = try bench.fetch([ReleasePath.beside(offer.manifest, file.name)])[0]
                #expect(bytes.count == file.size && Checksum.of(bytes) == file.sha256)
            }
            for name in ["root.squashfs", "initramfs.img", "vmlinuz"] {
                let index = try #require(ReleaseManifest.chunkIndex(of: name))
                let bytes = try bench.fetch([ReleasePath.beside(offer.manifest, index)])[0]
                let length = try #require(release.file(name)).size
                #expect(try ChunkIndex(bytes, named: index, length: length).length == length)
            }
        }
    }

    @Test func theSameVersionAgainIsNothingToDo() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0") { $0.notes = "first" }
            let before = try Folder.walk(bench.repository)
            for change: (inout ReleasePublication) -> Void in [{ _ in }, { $0.notes = "first" }, { $0.rollout = 100 }] {
                #expect(failure { try bench.publish("1.0", change) }?.status == .nothingToDo)
            }
            #expect(try Folder.walk(bench.repository) == before)
            // The share alone is no other content.
            try bench.publish("1.0") { $0.rollout = 20 }
            #expect(try bench.list().offers.map(\.rollout) == [20])
        }
    }

    @Test func anotherContentOfAVersionIsRefused() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0")
            let other = try ReleaseFolder(bench.build("1.0", content: "changed"))
            let files = failure { _ = try ReleasePublication(other, channel: "stable").publish(bench.update()) }
            #expect(files?.status == .invalidInput)
            #expect(files?.message.contains("node 1.0 is published already, with other files (initramfs.img") == true)
            let notes = failure { try bench.publish("1.0") { $0.notes = "other" } }
            #expect(notes?.message == "node 1.0 is published already, with another manifest")
            try bench.build("1.0", content: "changed")
            let elsewhere = failure { _ = try ReleasePublication(other, channel: "testing").publish(bench.update()) }
            #expect(elsewhere?.status == .invalidInput)
        }
    }

    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing))
    func channelsOfferWhatIsPromotedAndNotWhatIsWithdrawn() throws {
        try Workbench.run { bench in
            try bench.begin()
            for version in ["1.9", "1.10"] { try bench.publish(version, channel: "testing") }
            var promotion = OfferChange(channel: "stable", .promote, version: ReleaseVersion("1.9"))
            promotion.rollout = 10
            _ = try promotion.apply(bench.update())
            #expect(try bench.list("testing").offers.map(\.version.description) == ["1.10", "1.9"])
            #expect(try bench.list("stable").offers.map(\.rollout) == [10])
            #expect(failure { _ = try promotion.apply(bench.update()) }?.status == .nothingToDo)
            var share = OfferChange(channel: "stable", .share)
            share.rollout = 100
            _ = try share.apply(bench.update())
            #expect(try bench.list("stable").offers.map(\.rollout) == [100])
            let withdrawal = OfferChange(channel: "testing", .withdraw, version: ReleaseVersion("1.10"))
            _ = try withdrawal.apply(bench.update())
            let again = failure { _ = try withdrawal.apply(bench.update()) }
            #expect(again?.message == "there is no release 1.10 in the channel testing")
            let unknown = OfferChange(channel: "stable", .promote, version: ReleaseVersion("7"))
            #expect(failure { _ = try unknown.apply(bench.update()) }?.status == .invalidInput)
            #expect(try ReferenceClient(bench).run([Self.list, manifest("1.9")]).isAccepted)
        }
    }

    @Test(.enabled(if: ReferenceClient.isHere, ReferenceClient.missing))
    func aDelegatedChannelNeedsOnlyItsOwnKey() throws {
        try Workbench.run { bench in
            try bench.begin()
            try bench.publish("1.0", channel: "testing")
            // What the channel offers already moves to its role, so the key must be there.
            let key = try bench.generate("channel-testing", in: "ci")
            let away = failure { _ = try ChannelDelegation(channel: "testing", keys: key).apply(bench.update()) }
            #expect(away?.message.contains("signing channel-testing needs a key") == true)
            for name in try Folder.list(bench.keys("ci").path) {
                try File.copy(Path.join(bench.keys("ci").path, name), to: Path.join(bench.keys.path, name))
            }
            _ = try ChannelDelegation(channel: "testing", keys: key).apply(bench.update())
            let again = failure { _ = try ChannelDelegation(channel: "testing", keys: key).apply(bench.update()) }
            #expect(again?.status == .nothingToDo)
            // CI has the channel's key and those that are online anyway.
            for name in try Folder.list(bench.keys.path) where name.hasPrefix("snapshot") || name.hasPrefix("timestamp")
            {
                try File.copy(Path.join(bench.keys.path, name), to: Path.join(bench.keys("ci").path, name))
            }
            try bench.publish("1.1", channel: "testing", ring: "ci")
            let base = "channels/testing"
            let client = ReferenceClient(bench)
            let fetched = try client.run([base + "/node-x86_64.json", manifest("1.1", base), manifest("1.0")])
            #expect(fetched.isAccepted && !fetched.lines.contains { $0.contains("is no target") })
            // It cannot publish to another channel.
            let refused = failure { try bench.publish("1.1", channel: "stable", ring: "ci") }
            #expect(refused?.status == .invalidInput)
            #expect(refused?.message.hasPrefix("signing targets needs a key that") == true)
            // A promotion signs the files with the role of the other channel.
            _ = try OfferChange(channel: "stable", .promote, version: ReleaseVersion("1.1")).apply(bench.update())
            let promoted = try client.run([Self.list, manifest("1.1")])
            #expect(promoted.isAccepted && !promoted.lines.contains { $0.contains("is no target") })
            try bench.fetch([Self.list, manifest("1.1"), base + "/node-x86_64.json", manifest("1.1", base)])
        }
    }

    /// The files of a release that is withdrawn stay for one run, for whoever is reading them.
    @Test func whatNobodyIsOfferedGoesInTwoRuns() throws {
        try Workbench.run { bench in
            try bench.begin()
            for version in ["1.0", "1.1"] { try bench.publish(version) }
            // Lists and metadata of the past.
            _ = try Pruning().apply(bench.update())
            #expect(failure { _ = try Pruning().apply(bench.update()) }?.status == .nothingToDo)
            try bench.fetch([Self.list, manifest("1.0"), manifest("1.1")])
            _ = try OfferChange(channel: "stable", .withdraw, version: ReleaseVersion("1.0")).apply(bench.update())
            func files() throws -> [String] {
                try Folder.walk(bench.repository).filter { $0.hasPrefix("targets/releases/node/1.0") }
            }
            let before = try files()
            let first = try Pruning().apply(bench.update())
            #expect(first.lines.first == "releases/node/1.0/x86_64 is no longer in the metadata")
            #expect(try files() == before && !before.isEmpty)
            _ = try Pruning().apply(bench.update())
            #expect(try files().isEmpty)
            try bench.fetch([Self.list, manifest("1.1")])
        }
    }

    /// From cron every ten days, a repository never expires; without it, it does.
    @Test func aRefreshKeepsARepositoryValid() throws {
        try Workbench.run { bench in
            var bench = bench
            try bench.begin()
            try bench.publish("1.0")
            var snapshots: [Int] = []
            for _ in 0..<30 {
                bench.now += 10 * 86_400
                let update = try bench.update()
                _ = try update.refresh()
                // What is new every time is only the timestamp.
                let metadata = try RepositoryOverview(RepositoryFolder(bench.repository, for: .reading)).metadata
                snapshots.append(metadata.first { $0.role == "snapshot" }?.version ?? 0)
                try bench.fetch([Self.list])
            }
            #expect(snapshots.first == 2 && (10...20).contains(snapshots.last ?? 0))
            #expect(try bench.update().warnings.isEmpty)
            bench.now += 40 * 86_400
            #expect(try bench.update().warnings.first?.hasPrefix("the root file expires on") == true)
            #expect(failure { try bench.fetch() }?.status == .signature)
            // Whoever has only the key of the timestamp is told what is due.
            for name in try Folder.list(bench.keys.path) where !name.hasPrefix("timestamp") {
                try File.remove(Path.join(bench.keys.path, name))
            }
            let heard = Mutex<[String]>([])
            _ = try bench.update().refresh { event in
                if case .warning(let text) = event { heard.withLock { $0.append(text) } }
            }
            #expect(heard.withLock { $0 }.contains { $0.hasPrefix("snapshot has to be signed anew soon") })
        }
    }

    @Test func twoPublishersDoNotMeet() throws {
        try Workbench.run { bench in
            try bench.begin()
            let other = try RepositoryFolder(bench.repository, for: .changing)
            #expect(failure { try bench.publish("1.0") }?.status == .busy)
            withExtendedLifetime(other) {}
        }
    }

    @Test func whatIsNoRepositoryOrDamagedIsSaid() throws {
        try Workbench.run { bench in
            try bench.generate("root", "targets", "snapshot", "timestamp")
            let none = failure { try bench.publish("1.0") }
            #expect(none?.status == .invalidInput && none?.hint?.contains("--root") == true)
            try bench.install(bench.root())
            try bench.publish("1.0")
            let path = Path.join(bench.repository, "metadata/2.targets.json")
            var bytes = try File.read(path)
            bytes[bytes.count / 2] ^= 1
            try File.write(path, bytes)
            let damaged = failure { try bench.publish("1.1") }
            #expect(damaged?.status == .signature)
            #expect(damaged?.message.contains("2.targets.json") == true)
        }
    }
}
