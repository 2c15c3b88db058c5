import Document
import Host
import TestSupport
import Testing
import Transfer
import Updates

/// What we and the reference implementation say about the same thing.
@Suite(.enabled(if: Reference.isInstalled, "\(Reference.missing)"))
struct ReferenceTests {
    /// Every repository that it publishes is read, with the versions and targets that it names.
    @Test func whatItPublishesIsAccepted() throws {
        try Folder.withTemporary(prefix: "updates-tests") { folder in
            _ = try Reference.run("tuf-publish.py", [folder])
            let names = try Folder.list(folder)
            #expect(names.count == 10)
            for name in names {
                let repository = Path.join(folder, name)
                let work = Path.join(folder, name + ".work")
                let expected = try JSON.parse(try File.read(Path.join(repository, "expect.json")), file: "expect.json")
                try UpdateClient.begin(
                    with: try File.read(Path.join(repository, "first-root.json")), in: MetadataFolder(work))
                // The second time from what the first has stored.
                for _ in 1...2 {
                    let client = UpdateClient(
                        folder: MetadataFolder(work), metadata: FolderSource(Path.join(repository, "metadata")),
                        targets: FolderSource(Path.join(repository, "targets")))
                    let trusted = try during(name) { try client.refresh() }
                    let versions = expected["versions"]
                    #expect(trusted.root.version == versions?["root"]?.integer, "\(name)")
                    #expect(trusted.timestamp?.version == versions?["timestamp"]?.integer, "\(name)")
                    for entry in expected["targets"]?.mapping ?? [] {
                        let target = try during(name) { try client.findTarget(entry.key) }
                        guard let content = entry.value.string else {
                            #expect(target == nil, "\(name): \(entry.key)")
                            continue
                        }
                        let found = try #require(target, "\(name): \(entry.key)")
                        let path = try client.download(found, to: Path.join(work, "targets")).path
                        #expect(try File.readText(path) == content, "\(name): \(entry.key)")
                    }
                }
            }
        }
    }

    /// What our types write, it reads.
    @Test(arguments: [true, false]) func whatWePublishIsAccepted(_ consistent: Bool) throws {
        // It judges by today.
        let expiry = Expiry(seconds: wallClockSeconds() + 86_400)
        let repository = try TestRepository(consistent: consistent, expiry: expiry)
        repository.withHashes = true
        try repository.delegate(to: "images", ["images/*"])
        try repository.offer("a", Array("top".utf8))
        try repository.offer("images/root.img", Array("delegated \"\\é\u{1F600}".utf8), by: "images")
        try repository.setKeys([40, 41, 42], of: .root, threshold: 2, signing: [0, 40, 42])
        try repository.publish("root", "images", "targets", "snapshot", "timestamp")
        try Folder.withTemporary(prefix: "updates-tests") { folder in
            try File.write(Path.join(folder, "first-root.json"), repository.firstRoot)
            try Folder.create(Path.join(folder, "metadata"))
            for (name, bytes) in repository.files { try File.write(Path.join(folder, "metadata/\(name)"), bytes) }
            for (path, bytes) in repository.content {
                let parent = Path.join(folder, "targets/" + Path.parent(path))
                try Folder.create(parent)
                for checksum in [Checksum.of(bytes), .of(bytes, .sha512)] {
                    try File.write(
                        Path.join(parent, (consistent ? checksum.hex + "." : "") + Path.name(path)), bytes)
                }
            }
            let answer = try JSON.parse(
                try Reference.run("tuf-read.py", ["refresh", folder, "a", "images/root.img", "missing"]), file: "answer"
            )
            #expect(answer["root"]?.integer == 2)
            #expect(answer["targets"]?.integer == 2)
            #expect(answer["a"]?.string == "top")
            #expect(answer["images/root.img"]?.string == "delegated \"\\é\u{1F600}")
            #expect(answer["missing"]?.isNull ?? false)
        }
    }

    @Test func patternsMeanTheSame() throws {
        var random = SeededGenerator(seed: 7)
        func text(_ alphabet: [String], _ most: Int) -> String {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "" }
                .joined()
        }
        // A pattern that begins with a slash is refused by the reference implementation, a path is not; and Python takes the
        // "!" of "[b-a!]" for a negation, because a range without members vanishes first.
        let pairs: [(String, String)] = (0..<20_000).map { _ in
            (
                "a" + text(["a", "b", "c", "*", "?", "[", "]", "!", "-", "^", "/", "\\", ".", "é"], 8),
                "a" + text(["a", "b", "c", "-", "/", "]", "[", "!", "^", "\\", ".", "é"], 6)
            )
        }.filter { !$0.0.contains { $0 == "-" } || !$0.0.contains { $0 == "!" } }
        let input = JSON.bytes(.array(pairs.map { .strings([$0.0, $0.1]) }))
        let answers = try JSON.parse(try Reference.run("tuf-read.py", ["patterns"], input: input), file: "answer")
        let expected = answers.sequence?.map(\.bool) ?? []
        #expect(expected.count == pairs.count)
        #expect(expected.filter { $0 == true }.count > 300)
        for ((pattern, path), answer) in zip(pairs, expected) where PathPattern(pattern).matches(path) != answer {
            Issue.record("\(pattern) and \(path): the reference says \(answer.map { "\($0)" } ?? "nothing")")
        }
    }

    @Test func canonicalFormIsTheSame() throws {
        let value: JSONValue = [
            "é": "e\u{301}\u{2028}\n\t\"\\/\u{1}\u{7F}",
            "z": [1, -1, 0, .integer(.max), .integer(.min), true, false, nil],
            "\u{1F600}": [:], "\u{FFFF}": [], "": "", "a\"b": ["\\": ["b": 1, "a": 2]],
        ]
        let theirs = try Reference.run("tuf-read.py", ["canonical"], input: JSON.bytes(value))
        #expect(try CanonicalJSON.bytes(value) == theirs)
    }
}
