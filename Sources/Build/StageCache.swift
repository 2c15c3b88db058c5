import CLinux
import Glibc
import Host
import Transfer

/// Finished stages of builds, each in a folder named by a key over everything that went into it.
///
/// A stage is made in a work folder and renamed when it is whole, so that an interrupted build leaves no broken entry. Two
/// builds that need the same stage at the same time wait for each other instead of making it twice.
public struct StageCache: Sendable {
    /// How many entries of each stage are kept besides the newest; the least recently used go first.
    private static let kept = 3

    private let folder: String
    private let progress: ProgressSink

    /// A cache in `folder`, which is made when missing.
    public init(folder: String, progress: @escaping ProgressSink = silent) {
        self.folder = folder
        self.progress = progress
    }

    /// The folder of a finished stage, made by `make` when no earlier build has made it.
    ///
    /// - Parameters:
    ///   - name: the stage, in words for people: `root tree`
    ///   - key: a checksum over all inputs of the stage
    ///   - make: fills the empty work folder that it gets and returns one line about the result
    public func stage(_ name: String, key: Checksum, make: (_ work: String) throws -> String) throws -> String {
        let stages = Path.join(folder, name.split(separator: " ").joined(separator: "-"))
        let finished = Path.join(stages, key.hex)
        try Folder.create(stages)
        let lock = try FileLock(Path.join(stages, ".\(key.hex).lock"))
        defer { lock.release() }
        let noteFile = Path.join(finished, ".note")
        if let note = try? File.readText(noteFile) {
            utimes(noteFile, nil)  // the time of last use
            progress(.reused(phase: name, note: note))
            return finished
        }
        removeLeftovers(stages)
        let work = Path.join(stages, ".work-\(getpid())-\(key.hex.prefix(8))")
        try Folder.create(work)
        do {
            let note = try make(work)
            // After a power cut an entry with its note must be whole, down to the last file.
            try Folder.syncFileSystem(work)
            try File.write(Path.join(work, ".note"), note)
            try Folder.remove(finished)  // an entry without a note was never whole
            try File.rename(work, to: finished)
        } catch {
            try? Folder.remove(work)
            throw error
        }
        prune(stages, keeping: key.hex)
        return finished
    }

    /// Removes the work folders of builds that were killed.
    private func removeLeftovers(_ stages: String) {
        for entry in (try? Folder.list(stages)) ?? [] where entry.hasPrefix(".work-") {
            let process = entry.split(separator: "-").dropFirst().first.flatMap { pid_t(String($0)) }
            if let process, kill(process, 0) == 0 || errno == EPERM { continue }
            try? Folder.remove(Path.join(stages, entry))
        }
    }

    private func prune(_ stages: String, keeping key: String) {
        let entries = ((try? Folder.list(stages)) ?? []).filter { !$0.hasPrefix(".") && $0 != key }
        let byUse = entries.map { entry -> (entry: String, used: Int) in
            var status = stat()
            let found = stat(Path.join(stages, entry + "/.note"), &status) == 0
            return (entry, found ? Int(status.st_mtim.tv_sec) : 0)
        }.sorted { ($0.used, $0.entry) > ($1.used, $1.entry) }
        for old in byUse.dropFirst(Self.kept) {
            // Whoever makes it holds its lock; then it stays.
            guard let lock = try? FileLock(Path.join(stages, ".\(old.entry).lock"), wait: false) else { continue }
            try? Folder.remove(Path.join(stages, old.entry))
            try? File.remove(Path.join(stages, ".\(old.entry).lock"))
            lock.release()
        }
    }
}
