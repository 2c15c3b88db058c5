import Document
import Host
import Testing
import Updates

/// The workflow of the specification's section 5 with a repository that behaves.
struct WorkflowTests {
    @Test func firstRefreshAsksInOrderAndStoresBytes() throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.refresh()
            #expect(repository.requests == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
            #expect(client.versions == [1, 1, 1, 1])
            for (role, name) in [
                ("root", "1.root.json"), ("timestamp", "timestamp.json"), ("snapshot", "1.snapshot.json"),
                ("targets", "1.targets.json"),
            ] { #expect(client.folder.stored(role, limit: 1 << 20) == repository.files[name], "\(role)") }
        }
    }

    @Test func withoutConsistentSnapshotsNamesHaveNoVersion() throws {
        let repository = try TestRepository(consistent: false)
        try repository.offer("a/b.txt", Array("content".utf8))
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            _ = try client.download("a/b.txt")
            #expect(
                repository.requests
                    == ["2.root.json", "timestamp.json", "snapshot.json", "targets.json", "a/b.txt"])
        }
    }

    @Test func nothingNewAsksForRootAndTimestampOnly() throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.refresh()
            repository.forgetRequests()
            try client.refresh()
            #expect(repository.requests == ["2.root.json", "timestamp.json"])
        }
    }

    @Test func aTimestampOfTheSameVersionStays() throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.refresh()
            let stored = client.folder.stored("timestamp", limit: 1 << 20)
            repository.timestamp.snapshot.version = 100
            try repository.publish("timestamp", bump: false)
            try client.refresh()
            #expect(client.folder.stored("timestamp", limit: 1 << 20) == stored)
        }
    }

    @Test func storedTimestampThatHasExpiredStillLeadsToTheNewOne() throws {
        let repository = try TestRepository()
        repository.timestamp.header.expires = Expiry(seconds: TestRepository.now + 7 * 86_400)
        try repository.publish("timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            repository.timestamp.header.expires = Expiry(seconds: TestRepository.now + 21 * 86_400)
            try repository.publish("targets", "snapshot", "timestamp")
            try client.refresh(at: TestRepository.now + 18 * 86_400)
            #expect(client.versions == [1, 3, 2, 2])
        }
    }

    /// What is damaged is as if it were not there, and is repaired.
    @Test(arguments: ["timestamp", "snapshot", "targets"])
    func damagedFile(_ role: String) throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.refresh()
            for damage in ["", "{", "{\"signed\":{},\"signatures\":[]}", String(repeating: "x", count: 100_000)] {
                try client.folder.store(role, Array(damage.utf8))
                try client.refresh()
                #expect(client.versions == [1, 1, 1, 1])
            }
        }
    }

    /// Signed and of the right version is not enough where the timestamp says hashes.
    @Test func aStoredSnapshotMustBeTheOneThatIsNamed() throws {
        let repository = try TestRepository()
        repository.withHashes = true
        try repository.publish("targets", "snapshot", "timestamp")
        try TestClient.with(repository) { client throws in
            try client.refresh()
            let right = try #require(client.folder.stored("snapshot", limit: 1 << 20))
            try client.folder.store("snapshot", right + [UInt8(ascii: " ")])
            repository.forgetRequests()
            try client.refresh()
            #expect(repository.requests == ["2.root.json", "timestamp.json", "2.snapshot.json"])
            #expect(client.folder.stored("snapshot", limit: 1 << 20) == right)
        }
    }

    @Test func aRootThatIsMissingOrDamagedIsAnError() throws {
        let repository = try TestRepository()
        try TestClient.with(repository) { client throws in
            try client.folder.store("root", Array("{}".utf8))
            expectRefusal("\"signed\" is missing") { try client.refresh() }
            try client.folder.remove("root")
            #expect { try client.refresh() } throws: { error in
                (error as? Failure)?.hint?.contains("nodectl updates init") ?? false
            }
            #expect(repository.requests.isEmpty)
        }
    }

    @Test func unknownFieldsAreSignedAndKept() throws {
        let repository = try TestRepository()
        // As a later version of the specification may write it.
        let text = JSON.text(repository.root.json)
            .replacing("\"version\":1", with: "\"version\":2,\"new-field\":{\"z\":1,\"a\":[null,true]}")
            .replacing("\"keytype\"", with: "\"keyid_hash_algorithms\":[\"md5\"],\"keytype\"")
            .replacing("\"threshold\"", with: "\"more\":\"\\u00e9\\n\\\"\",\"threshold\"")
        repository.root = try RootMetadata(try JSON.parse(text, file: "root"))
        #expect(JSON.canonical(repository.root.json) == JSON.canonical(JSONValue(try JSON.parse(text, file: "root"))))
        try repository.publish("root", bump: false)
        try TestClient.with(repository) { client throws in
            try client.refresh()
            #expect(client.version("root") == 2)
        }
    }

    @Test func aMissingFileIsANetworkFailure() throws {
        for name in ["timestamp.json", "1.snapshot.json", "1.targets.json"] {
            let repository = try TestRepository()
            repository.files[name] = nil
            try TestClient.with(repository) { client throws in
                #expect { try client.refresh() } throws: { error in
                    (error as? Failure)?.status == .network && "\(error)".contains(name)
                }
            }
        }
    }

    @Test func rolesWithUnusualNamesStayInTheFolder() throws {
        for role in ["?", "#", "/role", "../role", "..", "é \u{1}", "root_history/1.root"] {
            let repository = try TestRepository()
            try repository.delegate(to: role)
            try repository.publish(role, "targets", "snapshot", "timestamp")
            try TestClient.with(repository) { client throws in
                #expect(try client.run().findTarget("missing") == nil)
                let parent = Path.parent(client.folder.path)
                #expect(try Folder.list(parent) == ["metadata"])
                #expect(try Folder.list(client.folder.path).count == 5)
                #expect(repository.requests.count == 5)
                #expect(try client.run().findTarget("missing") == nil)
                #expect(repository.requests.count == 7, "the stored file of the role is used")
            }
        }
    }
}
