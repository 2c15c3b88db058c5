import Glibc
import Host

/// What of `/etc` and of other folders outlasts a restart, on the state partition.
///
/// `persist/PATH` is the copy of a file, or for a folder only what differs from the image: the upper layer of an overlay, so that
/// what nobody has changed follows the image through every upgrade. `persist-forget` names what the next start removes.
struct PersistentStore {
    /// `/`, where a root is mounted, or a fixture.
    let root: String

    /// Whether there is a place for state; on a live system there is none.
    var isThere: Bool { StatePartition.folder(root: root) != nil }

    private var state: String { Path.join(root, StatePartition.mountPoint) }
    private var forgotten: String { Path.join(state, "persist-forget") }

    /// Where the copy of a path lies.
    func copy(of path: String) -> String { Path.join(Path.join(state, "persist"), path) }

    /// Where overlayfs works for a path.
    func workFolder(of path: String) -> String { Path.join(Path.join(state, "persist-work"), path) }

    /// What is kept of a path.
    func kind(of path: String) -> File.Kind? { File.kind(copy(of: path)) }

    /// Copies a file to the state partition; one that is there already, or that is made from the configuration, is left alone.
    ///
    /// - Returns: whether it was copied
    func save(_ path: String) throws -> Bool {
        let file = Path.join(root, path)
        guard let kind = File.kind(file), kind == .regular || kind == .link, !isMade(file) else { return false }
        if Self.isSame(file, copy(of: path)) { return false }
        try put(file, at: copy(of: path))
        return true
    }

    /// Puts a file back.
    func restore(_ path: String) throws {
        let (file, copy) = (Path.join(root, path), copy(of: path))
        if Self.isSame(copy, file) { return }
        try PersistentPaths.checkParents(of: path, root: root)
        try put(copy, at: file)
    }

    /// Makes the upper layer of a folder, with what has changed in it since the start.
    ///
    /// - Parameter changes: the part of the upper layer of `/etc` that belongs to the folder; nil when nothing has changed
    func makeLayer(_ path: String, changes: String?) throws {
        let layer = copy(of: path)
        try Folder.create(Path.parent(layer))
        if let changes {
            // Beside what is kept of single files in it already.
            try Command("cp", ["--archive", "--no-target-directory", "--", changes, layer]).run().check(.device)
        } else if File.kind(layer) == nil {
            var status = Glibc.stat()
            try check("read \"\(path)\"") { lstat(Path.join(root, path), &status) }
            try Folder.create(layer)
            try check("set the owner of \"\(layer)\"") { chown(layer, status.st_uid, status.st_gid) }
            try check("set the mode of \"\(layer)\"") { chmod(layer, status.st_mode & 0o7777) }
        }
        try Folder.create(workFolder(of: path), mode: 0o700)
        try Folder.syncFileSystem(state)
    }

    /// The paths whose copies the next start removes.
    func pending() -> Set<String> {
        let text = (try? File.readText(forgotten, limit: 1 << 20)) ?? ""
        return Set(text.split(separator: "\n").map(String.init))
    }

    /// Notes whose copies the next start removes.
    func setPending(_ paths: Set<String>) throws {
        if paths == pending() { return }
        if paths.isEmpty { return try File.remove(forgotten) }
        try File.write(forgotten, paths.sorted().map { $0 + "\n" }.joined(), mode: 0o600)
    }

    /// Removes the copies that are no longer wanted.
    ///
    /// - Parameter kept: what is wanted nevertheless, and stays
    func removePending(except kept: [String]) throws {
        for path in pending() where PersistentPaths.isValid(path) {
            if kept.contains(where: { PersistentPaths.covers($0, path) || PersistentPaths.covers(path, $0) }) {
                continue
            }
            try Folder.remove(copy(of: path))
            try Folder.remove(workFolder(of: path))
        }
        try setPending([])
    }

    /// Owner, mode, extended attributes and links stay as they are; a power cut leaves the old file or the new one.
    private func put(_ from: String, at to: String) throws {
        try Folder.create(Path.parent(to))
        let aside = to + ".nodectl-new"
        try File.remove(aside)
        try Command("cp", ["--archive", "--no-target-directory", "--", from, aside]).run().check(.device)
        if File.kind(aside) == .regular { try File.sync(aside) }
        try File.rename(aside, to: to)
    }

    private func isMade(_ file: String) -> Bool {
        File.kind(file) == .regular
            && (try? File.read(file, limit: 1 << 20))?.starts(with: WantedFile.mark.utf8) ?? false
    }

    /// Whether two files have the same content, owner and mode, or point to the same place.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard let kind = File.kind(one), kind == File.kind(other) else { return false }
        if kind == .link { return (try? File.linkTarget(one)) == (try? File.linkTarget(other)) }
        var (left, right) = (Glibc.stat(), Glibc.stat())
        guard lstat(one, &left) == 0, lstat(other, &right) == 0, left.st_size == right.st_size,
            left.st_mode == right.st_mode, left.st_uid == right.st_uid, left.st_gid == right.st_gid,
            let first = try? File.read(one, limit: 1 << 26), let second = try? File.read(other, limit: 1 << 26)
        else { return false }
        return first == second
    }
}
