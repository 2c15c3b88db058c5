import Glibc
import Host

/// The right to run the wizard: one console has it at a time, the others show who.
public struct SetupTurn {
    private static let folder = "/run/nodewright/setup"
    private let lock: FileLock

    /// Takes it.
    ///
    /// - Parameter resumes: whether a run that is cut off goes on by itself when this terminal's console starts again
    /// - Throws: `.busy` naming the terminal that has it
    public static func take(resumes: Bool = false) throws -> SetupTurn {
        try Folder.create(folder, mode: 0o700)
        let file = Path.join(folder, "lock")
        let lock: FileLock
        do { lock = try FileLock(file, wait: false) } catch let failure as Failure where failure.status == .busy {
            throw Failure(.busy, "the setup runs on \(holder ?? "another console")")
        }
        let own = ttyname(0).map { String(cString: $0) } ?? "a script"
        try File.write(Path.join(folder, "terminal"), own + "\n", mode: 0o600)
        let mark = Path.join(folder, "resumes")
        if resumes { try File.write(mark, own + "\n", mode: 0o600) } else { try File.remove(mark) }
        return SetupTurn(lock: lock)
    }

    /// The terminal on which the wizard runs; nil when it runs nowhere.
    public static var holder: String? {
        let file = Path.join(folder, "lock")
        guard File.exists(file) else { return nil }
        do {
            try FileLock(file, wait: false).release()
            return nil
        } catch {
            let text = (try? File.readText(Path.join(folder, "terminal"), limit: 256)) ?? ""
            guard let name = text.split(separator: "\n").first else { return "another console" }
            return name.hasPrefix("/dev/") ? String(name.dropFirst(5)) : String(name)
        }
    }

    /// Gives it back, at an end that somebody wanted.
    public func release() {
        for name in ["terminal", "resumes"] { try? File.remove(Path.join(Self.folder, name)) }
        lock.release()
    }

    /// Whether the wizard ran on this terminal and was cut off: it goes on there by itself.
    public static var wasCutOffHere: Bool {
        let file = Path.join(folder, "resumes")
        guard let own = ttyname(0).map({ String(cString: $0) }), File.exists(file), holder == nil else { return false }
        return (try? File.readText(file, limit: 256)) == own + "\n"
    }
}

extension SetupJournal {
    /// The journal of this node.
    public static var node: SetupJournal { SetupJournal(file: "/run/nodewright/setup/journal.json") }
}
