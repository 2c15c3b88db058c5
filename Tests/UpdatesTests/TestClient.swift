import Document
import Host
import Testing
import Updates

/// A client of a repository in memory, with a folder of its own; each refresh is a new run of the program.
struct TestClient {
    let repository: TestRepository
    let folder: MetadataFolder
    let downloads: String

    /// Begins to trust the first root of a repository, and runs `body`.
    static func with(_ repository: TestRepository, _ body: (TestClient) throws -> Void) throws {
        try Folder.withTemporary(prefix: "updates-tests") { path in
            let client = TestClient(
                repository: repository, folder: MetadataFolder(Path.join(path, "metadata")),
                downloads: Path.join(path, "downloads"))
            try UpdateClient.begin(with: repository.firstRoot, in: client.folder)
            try body(client)
        }
    }

    func run(at time: Int = TestRepository.now, limits: MetadataLimits = MetadataLimits()) -> UpdateClient {
        UpdateClient(folder: folder, metadata: repository, targets: repository, limits: limits, startTime: time)
    }

    @discardableResult
    func refresh(at time: Int = TestRepository.now) throws -> TrustedMetadata { try run(at: time).refresh() }

    func download(_ path: String, at time: Int = TestRepository.now) throws -> DownloadedTarget {
        let client = run(at: time)
        guard let target = try client.findTarget(path) else { throw Failure(.invalidInput, "no such target") }
        return try client.download(target, to: downloads)
    }

    /// The version of a role in the folder; nil when it has none.
    func version(_ role: String) -> Int? {
        guard let bytes = folder.stored(role, limit: 1 << 20) else { return nil }
        return try? JSON.parse(bytes, file: role)["signed"]?["version"]?.integer
    }

    /// The versions of root, timestamp, snapshot and targets in the folder; 0 for one that is not there.
    var versions: [Int] { ["root", "timestamp", "snapshot", "targets"].map { version($0) ?? 0 } }
}

/// Expects a failure of class `.signature` with these words.
func expectRefusal(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("it was accepted; expected a refusal with \"\(words)\"", sourceLocation: sourceLocation)
    } catch let failure as Failure {
        #expect(failure.status == .signature, "\(failure)", sourceLocation: sourceLocation)
        #expect(failure.message.contains(words), "\(failure)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}
