import CSolv
import Glibc
import Host
import Transfer

/// One repository in the pool. Parsed metadata is kept as libsolv's own files, named by the checksum of what was parsed.
final class PoolRepository {
    let metadata: RepositoryMetadata
    private(set) var hasFileLists = false
    private let pool: UnsafeMutablePointer<Pool>
    private let repo: UnsafeMutablePointer<Repo>

    /// Changes whenever files written by an earlier version of this program must not be read.
    private static let format = "1"

    init(_ metadata: RepositoryMetadata, in pool: UnsafeMutablePointer<Pool>, cache: String) throws {
        self.metadata = metadata
        self.pool = pool
        guard let repo = repo_create(pool, metadata.source.name), let primary = metadata.index.record("primary") else {
            throw Failure(.internalError, "libsolv cannot hold another repository")
        }
        self.repo = repo
        // libsolv prefers the higher number, dnf the lower.
        repo.pointee.priority = Int32(-metadata.source.priority)
        try load(primary, kind: "primary", cache: cache, readFlags: 0) {
            repo_add_rpmmd(repo, $0, nil, 0)
        } write: {
            repo_write(repo, $0)
        }
    }

    var id: Id { repo.pointee.repoid }

    /// Whether it can tell more files than the common ones.
    var offersFileLists: Bool { metadata.index.record("filelists") != nil }

    /// Adds the complete file lists.
    func loadFileLists(cache: String) throws {
        guard !hasFileLists, let record = metadata.index.record("filelists") else { return }
        hasFileLists = true
        let repo = self.repo
        // The component names of folders stay out of the pool's strings: they are many and no package.
        try load(record, kind: "filelists", cache: cache, readFlags: REPO_EXTEND_SOLVABLES | REPO_LOCALPOOL) {
            repo_add_rpmmd(repo, $0, "FL", REPO_EXTEND_SOLVABLES)
        } write: {
            repodata_write(repo_last_repodata(repo), $0)
        }
    }

    private typealias Stream = UnsafeMutablePointer<FILE>

    private func load(
        _ record: RepositoryIndex.Record, kind: String, cache: String, readFlags: Int32, parse: (Stream) -> Int32,
        write: (Stream) -> Int32
    ) throws {
        let primary = metadata.index.record("primary")?.checksum.hex ?? ""
        // File lists extend the packages of one primary file, in its order.
        let name =
            "\(record.checksum.hex)-\(kind == "primary" ? "" : String(primary.prefix(16)))\(kind)-\(Self.format).solv"
        let kept = Path.join(cache, name)
        if let stream = fopen(kept, "re") {
            defer { fclose(stream) }
            if repo_add_solv(repo, stream, readFlags) == 0 { return }
            try File.remove(kept)
            throw Failure(.device, "\"\(kept)\" was damaged and has been removed", hint: "run the command again")
        }
        let path = try metadata.file(record)
        guard let stream = solv_xfopen(path, "r") else {
            throw Failure(.invalidInput, "\"\(path)\" is compressed in an unknown way")
        }
        defer { fclose(stream) }
        guard parse(stream) == 0 else {
            throw Failure(
                .invalidInput, "\"\(path)\" is broken: \(String(cString: pool_errstr(pool)))",
                hint: "the repository's metadata does not hold together: recreate it, or try another mirror")
        }
        repo_internalize(repo)
        try keep(as: kept, write)
    }

    private func keep(as path: String, _ write: (Stream) -> Int32) throws {
        try Folder.create(Path.parent(path))
        try File.replace(path, alone: false) { aside in
            guard let stream = fopen(aside, "we") else { throw systemFailure(errno, "create \"\(aside)\"") }
            let failed = write(stream) != 0
            guard fclose(stream) == 0, !failed else {
                throw systemFailure(errno == 0 ? EIO : errno, "write \"\(aside)\"")
            }
        }
    }
}
