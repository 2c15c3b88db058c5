import Document
import Host
import Packages
import Testing
import Transfer

@testable import Inspection

@Suite struct DifferenceTests {
    @Test func packagesFilesAndArgumentsAreCompared() throws {
        try ArtefactFixture.with { fixture in
            var manifest = try Example.manifest()
            manifest.kernelArguments = ["console=ttyS0,115200", "nosmt"]
            manifest.packages[0] = Example.package("bash", .request("@core"), version: "1.1", bytes: 5000)
            manifest.packages[1] = Example.package("tcpdump", .request("tcpdump"))
            manifest.packages[2] = Example.package("libtinfo", .dependency(of: "bash"), version: "0.9")
            let other = Path.join(fixture.folder, "other.iso")
            try fixture.make(
                manifest, motd: "hullo\n", to: other, extra: ["/etc/new file": "four", "/etc/<b>": "x"])
            let difference = try ArtefactDifference(old: fixture.iso, new: other)
            #expect(
                difference.packages.map { "\($0.kind) \($0.name) \($0.bytes)" } == [
                    "upgraded bash 1000", "removed langpack -4000", "downgraded libtinfo 0", "added tcpdump 4000",
                ])
            let files = difference.files.filter { $0.path != ImageManifest.path }
            #expect(
                Set(files.map { "\($0.kind) \($0.path) \($0.bytes) \($0.what)" }) == [
                    "added /etc/new file 4 []", "added /etc/<b> 1 []", "changed /etc/motd 0 [\"content\"]",
                ])
            #expect(difference.argumentsAdded == ["nosmt"])
            #expect(difference.argumentsRemoved == ["quiet"])
            #expect(!difference.isEmpty)
            for words in [
                "upgraded    bash-1:1.0-2.fc43.x86_64 -> bash-1:1.1-2.fc43.x86_64", "- quiet", "/etc/new file",
            ] {
                #expect(difference.text.contains(words), "\(words)")
            }
            #expect(difference.html.contains("/etc/&lt;b&gt;"))
            #expect(!difference.html.contains("/etc/<b>"))
            _ = try JSON.parse(JSON.text(difference.json), file: "diff")
        }
    }

    @Test func anArtefactDoesNotDifferFromItself() throws {
        try ArtefactFixture.with { fixture in
            let difference = try ArtefactDifference(old: fixture.iso, new: fixture.iso)
            #expect(difference.isEmpty)
            #expect(difference.text.hasPrefix("no difference"))
        }
    }

    @Test func modesOwnersKindsAndTargetsCount() {
        func entry(_ mode: String, _ owner: String = "0/0", _ size: Int = 1, target: String? = nil)
            -> RootFileSystem.Entry
        {
            RootFileSystem.Entry(path: "/a", mode: mode, owner: owner, size: size, target: target)
        }
        func what(_ old: RootFileSystem.Entry, _ new: RootFileSystem.Entry) -> [String] {
            ArtefactDifference.changes(
                .init(entries: ["/a": old], digests: ["/a": "x"]), .init(entries: ["/a": new], digests: ["/a": "x"])
            ).first?.what ?? []
        }
        #expect(what(entry("-rw-r--r--"), entry("-rw-r--r--")) == [])
        #expect(what(entry("-rw-r--r--"), entry("-rwxr-xr-x", "0/5")) == ["mode", "owner"])
        #expect(what(entry("-rw-r--r--"), entry("-rw-r--r--", "0/0", 2)) == ["content"])
        #expect(what(entry("lrwxrwxrwx", target: "b"), entry("lrwxrwxrwx", target: "c")) == ["target"])
        #expect(what(entry("-rw-r--r--"), entry("drw-r--r--")) == ["kind"])
    }

    /// The digests that come out of the stream are those of the files.
    @Test func contentIsHashedOutOfTheStream() throws {
        try Folder.withTemporary { folder in
            let tree = Path.join(folder, "tree")
            try Folder.create(tree)
            var expected: [String: String] = [:]
            for (name, content) in [
                ("empty", ""), ("a", "one"), ("again", "one"), ("with space", "two"), ("back\\slash", "three"),
                ("large", String(repeating: "0123456789abcdef", count: 300_000)), ("# START OF DATA", "four"),
            ] {
                try File.write(Path.join(tree, name), content)
                expected["/" + name] = Checksum.of(Array(content.utf8)).hex
            }
            let image = Path.join(folder, "image")
            try Command("mksquashfs", [tree, image, "-quiet", "-no-progress"]).run().check()
            let root = try RootFileSystem(try Region("image", in: image), progress: silent)
            #expect(try FileDigests(root, progress: silent).digests == expected)
        }
    }

    @Test(arguments: [
        ("1.0", "1.1", true), ("1.10", "1.9", false), ("1.0", "1.0", false), ("1.0~rc1", "1.0", true),
    ])
    func versionsAreComparedAsRpmDoes(old: String, new: String, isOlder: Bool) {
        #expect(Example.facts("a", old).isOlder(than: Example.facts("a", new)) == isOlder)
    }
}
