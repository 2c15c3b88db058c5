import Document
import Host
import Testing
import Transfer
import Updates

/// Targets as files (specification, 5.7).
struct DownloadTests {
    private func repository(_ content: String, _ path: String = "images/root.img") throws -> TestRepository {
        let repository = try TestRepository()
        try repository.offer(path, Array(content.utf8))
        try repository.publish("targets", "snapshot", "timestamp")
        return repository
    }

    @Test func isStoredUnderOneNameAndKept() throws {
        let repository = try repository("content")
        try TestClient.with(repository) { client throws in
            let first = try client.download("images/root.img")
            #expect(first.path == Path.join(client.downloads, "images%2Froot.img"))
            #expect(!first.isReused)
            #expect(try File.readText(first.path) == "content")
            let hash = Checksum.of(Array("content".utf8)).hex
            #expect(repository.requests.last == "images/\(hash).root.img")
            repository.content = [:]
            #expect(try client.download("images/root.img").isReused)
            // Whatever happens to it, it is fetched again.
            try File.write(first.path, "CONTENT")
            #expect { try client.download("images/root.img") } throws: { ($0 as? Failure)?.status == .network }
            repository.content["images/root.img"] = Array("content".utf8)
            #expect(try client.download("images/root.img").isReused == false)
            #expect(try File.readText(first.path) == "content")
        }
    }

    @Test(arguments: [
        ("CONTENT", "is another file: its sha256 hash is"), ("", "has 0 bytes instead of 7"),
        ("conten", "has 6 bytes instead of 7"), ("content ", "has 8 bytes instead of 7"),
    ])
    func anotherContentIsRefused(_ content: String, _ words: String) throws {
        let repository = try repository("content")
        repository.content["images/root.img"] = Array(content.utf8)
        try TestClient.with(repository) { client throws in
            expectRefusal(words) { _ = try client.download("images/root.img") }
            #expect(try Folder.list(client.downloads).isEmpty)
        }
    }

    /// Both hashes count, whichever is wrong.
    @Test func everyHashIsVerified() throws {
        let bytes = Array("content".utf8)
        for wrong in [HashAlgorithm.sha256, .sha512] {
            let repository = try TestRepository()
            let sums = [HashAlgorithm.sha256, .sha512].map { Checksum.of($0 == wrong ? [1] : bytes, $0) }
            let hashes = try #require(FileHashes(sums))
            repository.targets["targets"]?.targets["x"] = TargetFile(path: "x", length: 7, hashes: hashes)
            repository.content["x"] = bytes
            try repository.publish("targets", "snapshot", "timestamp")
            try TestClient.with(repository) { client throws in
                expectRefusal("its \(wrong.rawValue) hash is") { _ = try client.download("x") }
            }
        }
    }

    /// Other targets of the same repository stay usable.
    @Test func aTargetWithoutAKnownHashIsRefused() throws {
        let repository = try repository("content")
        let text = #"{"a": {"length": 1, "hashes": {"sha1": "00", "blake3": "00"}}, "images/root.img": "#
        let others = try #require(repository.targets["targets"]?.json["targets"]?["images/root.img"])
        let metadata = JSON.text(repository.targets["targets"]?.json ?? nil)
            .replacing(#""targets":{"images/root.img":"#, with: #""targets":"# + text)
        #expect(metadata.contains(JSON.text(others)))
        repository.targets["targets"] = try TargetsMetadata(try JSON.parse(metadata, file: "targets"))
        repository.content["a"] = [1]
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            expectRefusal("none of its hashes can be verified") { _ = try client.download("a") }
            _ = try client.download("images/root.img")
        }
    }

    @Test func changesAreFollowed() throws {
        let repository = try repository("first")
        try TestClient.with(repository) { client throws in
            for content in ["first", "second", "third"] {
                try repository.offer("images/root.img", Array(content.utf8))
                try repository.publish("targets", "snapshot", "timestamp")
                let path = try client.download("images/root.img").path
                #expect(try File.readText(path) == content)
                #expect(try Folder.list(client.downloads).count == 1)
            }
        }
    }

    /// Whatever a target is called, its file is in the folder.
    @Test(arguments: ["..", ".", "../x", "/etc/passwd", "a/../../b", "x.part", "ä ?#%", "a//b", "\u{0}"])
    func unusualNames(_ name: String) throws {
        let repository = try repository("content", name)
        try TestClient.with(repository) { client throws in
            let path = try client.download(name).path
            #expect(Path.parent(path) == client.downloads)
            #expect(File.kind(path) == .regular)
            #expect(try Folder.list(client.downloads) == [Path.name(path)])
            #expect(!path.hasSuffix(".part"))
        }
    }

    @Test func customDataIsHandedOn() throws {
        let repository = try TestRepository()
        let custom: JSONValue = ["version": "1.2", "sizes": [1, 2]]
        let hashes = try #require(FileHashes([.of([1])]))
        repository.targets["targets"]?.targets["x"] = TargetFile(path: "x", length: 1, hashes: hashes, custom: custom)
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            let found = try client.run().findTarget("x")?.custom
            #expect(found?["version"] == "1.2")
            #expect(found?["sizes"] == [1, 2])
        }
    }
}
