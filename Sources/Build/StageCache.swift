import CLinux
import Glibc
import Host
import Synchronization
import Transfer

/// Finished stages of builds, each in a folder named by a key over everything that went into it.
///
/// A stage is made in a work folder and renamed when it is whole, so that an interrupted build leaves no broken entry. Two
/// builds that need the same stage at the same time wait for each other instead of making it twice. Each stage has a lock
/// file: whoever makes or removes the stage holds it alone, and whoever uses it shares it for as long as the cache value lives,
/// so that no other build removes what this one still reads.
public final class StageCache: Sendable {
    /// How many entries of each stage are kept besides the newest; the least recently used go first.
    private static let kept = 3
    private static let workPrefix = ".work-"

    private let folder: String
    private let progress: ProgressSink
    private let inUse = Mutex<[FileLock]>([])

    /// A cache in `folder`, which is made when missing.
    public init(folder: String, progress: @escaping ProgressSink = silent) {
        self.folder = folder
        self.progress = progress
    }

    deinit { inUse.withLock { $0.forEach { $0.release() } } }

    /// The folder of a finished stage, made by `make` when no earlier build has made it.
    ///
    /// - Parameters:
    ///   - name: the stage, in words for people: `root tree`
    ///   - key: a checksum over all inputs of the stage
    ///   - make: fills the empty work folder that it gets and returns one line about the result
    public func stage(_ name: String, key: Checksum, make: (_ work: String) throws -> String) throws -> String {
        let stages = Path.join(folder, name.split(separator: " ").joined(separator: "-"))
        let finished = Path.join(stages, key.hex)
        let noteFile = Path.join(finished, ".note")
        try Folder.create(stages)
        var isMade = false
        while true {
            // Waits while another build makes it.
            let shared = try FileLock(lockFile(stages, key.hex), shared: true)
            if let note = try? File.readText(noteFile) {
                inUse.withLock { $0.append(shared) }
                if !isMade {
                    utimes(noteFile, nil)  // the time of last use
                    progress(.reused(phase: name, note: note))
                }
                return finished
            }
            shared.release()
            guard let alone = try lockAlone(stages, key.hex) else {
                usleep(5_000)  // another build was faster
                continue
            }
            do {
                defer { alone.release() }
                if File.exists(noteFile) { continue }
                removeLeftovers(stages, except: key.hex)
                try self.make(stages, key.hex, make)
                isMade = true
            }
            prune(stages, keeping: key.hex)
        }
    }

    private func make(_ stages: String, _ key: String, _ body: (_ work: String) throws -> String) throws {
        let work = Path.join(stages, Self.workPrefix + key)
        let finished = Path.join(stages, key)
        try Folder.remove(work)  // what a killed build left
        try Folder.create(work)
        do {
            let note = try body(work)
            // After a power cut an entry with its note must be whole, down to the last file.
            try Folder.syncFileSystem(work)
            try File.write(Path.join(work, ".note"), note)
            try Folder.remove(finished)  // an entry without a note was never whole
            try File.rename(work, to: finished)
        } catch {
            try? Folder.remove(work)
            throw error
        }
    }

    private func lockFile(_ stages: String, _ key: String) -> String { Path.join(stages, ".\(key).lock") }

    /// The lock of an entry that nobody else makes or uses; nil when somebody does.
    private func lockAlone(_ stages: String, _ key: String) throws -> FileLock? {
        do {
            return try FileLock(lockFile(stages, key), wait: false)
        } catch let failure as Failure where failure.status == .busy {
            return nil
        }
    }

    /// Removes the work folders of builds that were killed: nobody holds the locks of their entries any more.
    private func removeLeftovers(_ stages: String, except key: String) {
        for entry in (try? Folder.list(stages)) ?? [] where entry.hasPrefix(Self.workPrefix) {
            let other = String(entry.dropFirst(Self.workPrefix.utf8.count))
            if other != key { remove(entry, of: other, in: stages) }
        }
    }

    private func prune(_ stages: String, keeping key: String) {
        let entries = ((try? Folder.list(stages)) ?? []).filter { !$0.hasPrefix(".") && $0 != key }
        let byUse = entries.map { entry -> (entry: String, used: Int) in
            var status = stat()
            let found = stat(Path.join(stages, entry + "/.note"), &status) == 0
            return (entry, found ? Int(status.st_mtim.tv_sec) : 0)
        }.sorted { ($0.used, $0.entry) > ($1.used, $1.entry) }
        for old in byUse.dropFirst(Self.kept) { remove(old.entry, of: old.entry, in: stages) }
    }

    /// Removes a folder, and the lock file with it when nothing else of the key is there, unless the key is in use.
    private func remove(_ entry: String, of key: String, in stages: String) {
        guard let lock = try? lockAlone(stages, key) else { return }
        defer { lock.release() }
        try? Folder.remove(Path.join(stages, entry))
        if !File.exists(Path.join(stages, key)) { try? File.remove(lockFile(stages, key)) }
    }
}
