import Glibc
import Host

/// The right to upgrade: one process has it at a time.
public struct UpgradeTurn {
    private static let folder = "run/nodewright"
    private let lock: FileLock
    private let note: String

    /// Takes it.
    ///
    /// - Throws: `.busy` while another process has it
    static func take(root: String = "/") throws -> UpgradeTurn {
        let place = Path.join(root, folder)
        try Folder.create(place)
        let lock: FileLock
        do { lock = try FileLock(Path.join(place, "upgrade.lock"), wait: false) } catch let failure as Failure
            where failure.status == .busy
        {
            throw Failure(.busy, "another upgrade goes on", hint: "\"nodectl upgrade cancel\" ends it")
        }
        let note = Path.join(place, "upgrade.pid")
        try File.write(note, "\(getpid())\n", mode: 0o600)
        return UpgradeTurn(lock: lock, note: note)
    }

    /// The process that upgrades now; nil when none does.
    public static func holder(root: String = "/") -> Int32? {
        let place = Path.join(root, folder)
        let file = Path.join(place, "upgrade.lock")
        guard File.exists(file) else { return nil }
        if let free = try? FileLock(file, wait: false) {
            free.release()
            return nil
        }
        return SystemFile.line(Path.join(place, "upgrade.pid")).flatMap { Int32($0) }
    }

    func release() {
        try? File.remove(note)
        lock.release()
    }
}
