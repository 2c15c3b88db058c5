import Host
import TestSupport
import Testing
import Updates

/// `nodectl updates`.
struct ScenarioTests {
    /// Against a web server and repositories of the reference implementation: `Tests/Oracle/tuf-scenarios`.
    @Test(.enabled(if: Reference.isInstalled, "\(Reference.missing)")) func everyScenarioPasses() throws {
        let result = try Reference.start("tuf-scenarios", [try Programs.built("nodectl"), "updates"])
        #expect(result.status == 0, "\(result.text)\(result.errorTail)")
        // The script must not have ended before it had tried anything.
        #expect(result.text.contains("TUF scenarios: 1"), "\(result.text)")
    }

    /// Options stand before or after the command; what is missing is named.
    @Test(arguments: [
        (["refresh"], 2, "--metadata-dir is missing"),
        (["refresh", "--metadata-dir", "FOLDER"], 2, "--metadata-url is missing"),
        (["--metadata-dir", "FOLDER", "refresh", "--metadata-url", "http://127.0.0.1:1"], 2, "no trusted root"),
        (
            ["--metadata-dir", "FOLDER", "--metadata-url", "gopher://x", "refresh"], 2,
            "is not the address of a web server"
        ),
        (["--metadata-dir", "FOLDER", "init", "/dev/null"], 5, "the metadata is malformed: root.json:1:1"),
        (["--metadata-dir", "FOLDER", "init", "FOLDER/none"], 2, "cannot open"),
        (["--metadata-dir", "FOLDER", "init", "/dev/zero"], 2, "larger than the 512000 bytes"),
        (["download", "--metadata-dir", "FOLDER"], 2, "--target-name is missing"),
    ])
    func usage(_ arguments: [String], _ status: Int32, _ words: String) throws {
        try Folder.withTemporary { folder throws in
            let arguments = arguments.map { $0.replacing("FOLDER", with: folder) }
            let result = try Command(try Programs.built("nodectl"), ["updates"] + arguments).run()
            #expect(result.status == status, "\(result.errorTail)")
            #expect(result.errorTail.contains(words), "\(result.errorTail)")
        }
    }

    @Test func aFolderServesAsWell() throws {
        let expiry = Expiry(seconds: wallClockSeconds() + 86_400)
        let repository = try TestRepository(expiry: expiry)
        try Folder.withTemporary { folder throws in
            try File.write(Path.join(folder, "first.json"), repository.firstRoot)
            try Folder.create(Path.join(folder, "served"))
            for (name, bytes) in repository.files { try File.write(Path.join(folder, "served/\(name)"), bytes) }
            let options = [
                "updates", "--json", "--metadata-dir", Path.join(folder, "metadata"), "--metadata-url",
                "file://" + Path.join(folder, "served"),
            ]
            func run(_ words: String...) throws -> String {
                try Command(try Programs.built("nodectl"), options + words).run().check().text
            }
            #expect(try run("init", Path.join(folder, "first.json")) == "{\"root\":1,\"expires\":\"\(expiry)\"}\n")
            #expect(try run("refresh") == "{\"root\":1,\"timestamp\":1,\"snapshot\":1,\"targets\":1}\n")
        }
    }
}
