import Document
import Host
import Testing
import Transfer
import Updates

/// What a release and a channel say about themselves, and what is made of it.
@Suite struct ReleaseTests {
    /// As `rpm --eval '%{lua:print(rpm.vercmp("A","B"))}'` orders them.
    @Test(arguments: [
        ("1.0", "1.1"), ("1.9", "1.10"), ("1.0~rc1", "1.0"), ("1.0", "1.0^git1"), ("1.0^git1", "1.0.1"),
        ("1.0a", "1.0.1"),
        ("1.0~rc1^1", "1.0"), ("2", "10"), ("1.0", "1.0a"), ("fc41", "fc42"), ("1.0~~", "1.0~"), ("1.009", "1.10"),
        ("0.2.0", "0.2.0.1"), ("1.0^", "1.0^1"), ("a", "1"), ("1.0~rc1", "1.0~rc2"), ("1.2-3", "1.2-10"),
    ])
    func versionsAreOrdered(older: String, newer: String) throws {
        let (older, newer) = (try #require(ReleaseVersion(older)), try #require(ReleaseVersion(newer)))
        #expect(older < newer && !(newer < older) && older != newer)
    }

    @Test(arguments: ["", ".1", "-1", "1/2", "../1", "1 2", "1\n", "ä", "~1", String(repeating: "1", count: 65)])
    func whatIsNoVersion(text: String) { #expect(ReleaseVersion(text) == nil) }

    @Test func anyTwoVersionsHaveAnOrder() {
        let parts = ["1", "0", "01", "a", "~", "^", ".", "rc"]
        let versions = parts.flatMap { one in parts.flatMap { two in parts.map { "1" + one + two + $0 } } }
            .compactMap { ReleaseVersion($0) }
        for one in versions {
            for other in versions.prefix(60) {
                let relations = [one < other, other < one, one == other].count { $0 }
                #expect(relations == 1, "\(one) \(other)")
            }
        }
    }

    /// Stable, even, and another order for each release.
    @Test func aShareOfTheMachinesIsStable() throws {
        let (one, other) = (try #require(ReleaseVersion("1.0")), try #require(ReleaseVersion("1.1")))
        let machines = (0..<2000).map { "machine-\($0)" }
        func included(_ version: ReleaseVersion, _ percent: Int) -> Set<String> {
            Set(
                machines.filter {
                    RolloutShare.includes(machine: $0, product: "node", version: version, percent: percent)
                })
        }
        #expect(included(one, 0).isEmpty && included(one, 100).count == 2000)
        let tenth = included(one, 10)
        #expect((140...260).contains(tenth.count))
        #expect(tenth.isSubset(of: included(one, 11)) && tenth != included(other, 10))
        // Fixed for ever: nodes of all versions have to agree. SHA-256 of "a\0node\01.0\0", first eight bytes, modulo 100.
        #expect(RolloutShare.place(machine: "a", product: "node", version: one) == 51)
    }

    private let manifest = ReleaseManifest(
        name: "node", version: ReleaseVersion("1.0") ?? ReleaseVersionTests.any, architecture: "x86_64",
        minimumVersion: ReleaseVersion("0.5"), notes: "a\nb", kernelArguments: ["quiet"],
        rootHash: String(repeating: "a", count: 64), salt: "00ff", epoch: 1,
        files: ReleaseManifest.required.map { .init(name: $0, size: 1, sha256: Checksum.of([UInt8]())) })

    @Test func aManifestIsReadAsItWasWritten() throws {
        #expect(try ReleaseManifest(manifest.bytes, file: "m") == manifest)
        // What a later program adds does not keep a node from reading it.
        let text = String(decoding: manifest.bytes, as: UTF8.self)
        let later = text.replacing("\"format\": 2", with: "\"format\": 2, \"added\": [1]")
        #expect(try ReleaseManifest(Array(later.utf8), file: "m") == manifest)
        let form = text.replacing("\"format\": 2", with: "\"format\": 3")
        let failure = #expect(throws: Failure.self) { try ReleaseManifest(Array(form.utf8), file: "m") }
        #expect(failure?.status == .incompatible)
    }

    @Test func theFirstFormIsReadToo() throws {
        let members = manifest.json
        guard case .object(let all) = members else { return }
        let known = ["name", "version", "architecture", "time", "rootHash", "kernelArguments", "files"]
        let old = JSONValue.object([.init("format", 1)] + all.filter { known.contains($0.key) })
        let read = try ReleaseManifest(JSON.bytes(old), file: "m")
        #expect(read.compatibility == "node" && read.configurationSchema == 1 && read.minimumVersion == nil)
    }

    @Test(arguments: [
        ("\"name\": \"node\"", "\"name\": \"../node\"", "\"name\" must be a name"),
        ("\"1.0\"", "\"1/0\"", "\"version\" must be a version"),
        ("\"0.5\"", "5", "\"minimumVersion\" must be a version"), ("\"size\": 1", "\"size\": -1", "\"size\" must be"),
        ("\"vmlinuz\"", "\"a/b\"", "\"name\" must be the name of a file"), ("\"vmlinuz\"", "\"x\"", "lacks vmlinuz"),
        ("\"root.verity\"", "\"vmlinuz\"", "names a file twice"), ("\"00ff\"", "\"0\"", "\"salt\" must be"),
        ("\"time\": 1", "\"time\": \"1\"", "\"time\" must be"), ("\"quiet\"", "7", "\"kernelArguments\" must be"),
        ("\"format\": 2", "\"form\": 2", "\"format\" is missing"), ("\"a\\nb\"", "[]", "\"notes\" must be"),
    ])
    func mistakesOfAManifestAreNamed(old: String, new: String, message: String) throws {
        let text = String(decoding: manifest.bytes, as: UTF8.self)
        #expect(text.contains(old))
        let wrong = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
        let failure = #expect(throws: Failure.self) { try ReleaseManifest(wrong, file: "m") }
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }

    @Test func aNodeIsOfferedWhatItMayHave() throws {
        func offer(_ version: String, _ rollout: Int, _ minimum: String?) -> ChannelList.Offer {
            .init(
                version: ReleaseVersion(version) ?? ReleaseVersionTests.any, manifest: "releases/\(version)",
                rollout: rollout,
                minimumVersion: minimum.flatMap { ReleaseVersion($0) })
        }
        let list = ChannelList(
            channel: "stable", product: "node", architecture: "x86_64",
            offers: [offer("1.0", 100, nil), offer("3.0", 100, "2.0"), offer("2.0", 100, nil), offer("4.0", 0, nil)])
        #expect(try ChannelList(list.bytes, file: "l") == list)
        func newest(_ running: String) -> String? {
            ReleaseVersion(running).flatMap { list.newest(after: $0, machine: "a") }?.version.description
        }
        #expect(newest("0.1") == "2.0")  // 3.0 has to be reached over 2.0
        #expect(newest("2.0") == "3.0")
        #expect(newest("3.0") == nil)  // nobody has 4.0 yet
        let unsorted = String(decoding: list.bytes, as: UTF8.self).replacing("\"4.0\"", with: "\"0.4\"")
        let failure = #expect(throws: Failure.self) { try ChannelList(Array(unsorted.utf8), file: "l") }
        #expect(failure?.message.contains("must name the newest release first") == true)
    }
}

enum ReleaseVersionTests {
    /// For literals that are versions.
    static let any: ReleaseVersion = {
        guard let version = ReleaseVersion("0") else { preconditionFailure("0 is a version") }
        return version
    }()
}
