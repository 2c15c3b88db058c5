import Glibc
import Host

/// The image's own files of which we have changed some, and the way back to them.
///
/// `/etc` is an overlay in memory that is rendered anew at every start, and `/run` is as new: before a file is changed for the
/// first time, it is kept there, or that there is none. A file of ours in a folder that outlasts a restart is known by its mark.
struct ImageFiles {
    private static let kept = "run/nodewright/image"
    private static let absent = "run/nodewright/image-has-no"
    private static let limit = 1 << 20

    /// `/`, where a root is mounted, or a fixture.
    let root: String

    /// Whether the image has a file, such as a program; changes of ours do not count.
    func has(_ path: String) -> Bool {
        if isAbsent(path) { return false }
        return isKept(path) || File.exists(Path.join(root, path)) && !isMarked(path)
    }

    /// The image's text; nil when it has none.
    func text(_ path: String) -> String? {
        guard has(path) else { return nil }
        let file = isKept(path) ? keptPath(path) : Path.join(root, path)
        return File.kind(file) == .regular ? try? File.readText(file, limit: Self.limit) : nil
    }

    /// Where the image's link points; nil when it has none.
    func link(_ path: String) -> String? {
        guard has(path) else { return nil }
        return try? File.linkTarget(isKept(path) ? keptPath(path) : Path.join(root, path))
    }

    /// Whether there is another file in the place of the image's.
    func isChanged(_ path: String) -> Bool {
        isAbsent(path) || isKept(path) || isMarked(path)
    }

    /// Whether a file is as it is wanted.
    func isMade(_ file: WantedFile) -> Bool {
        let path = Path.join(root, file.path)
        switch file.content {
        case .image: return !isChanged(file.path)
        case .link(let target): return File.kind(path) == .link && (try? File.linkTarget(path)) == target
        case .text(let text):
            var status = Glibc.stat()
            return File.kind(path) == .regular && (try? File.readText(path, limit: Self.limit)) == text
                && lstat(path, &status) == 0 && status.st_mode & 0o7777 == file.mode
        }
    }

    /// Makes a file as it is wanted.
    func make(_ file: WantedFile) throws {
        if isMade(file) { return }
        let path = Path.join(root, file.path)
        if file.content == .image { return try restore(file.path) }
        try keep(file.path)
        try Folder.create(Path.parent(path))
        switch file.content {
        case .image: break
        case .text(let text): try File.write(path, text, mode: file.mode)
        case .link(let target): try File.replaceLink(path, to: target)
        }
    }

    /// Keeps what the image has before it is changed.
    func keep(_ path: String) throws {
        if isChanged(path) { return }
        let file = Path.join(root, path)
        let isThere = File.exists(file)
        let copy = Path.join(root, Path.join(isThere ? Self.kept : Self.absent, path))
        // Secrets such as /etc/shadow are among them.
        try Folder.create(Path.parent(copy), mode: 0o700)
        guard isThere else { return try File.write(copy, "", mode: 0o600) }
        if File.kind(file) == .link { return try File.replaceLink(copy, to: try File.linkTarget(file)) }
        try File.replace(copy) { try File.copy(file, to: $0) }
    }

    /// Puts the image's file back, or removes ours.
    func restore(_ path: String) throws {
        let file = Path.join(root, path)
        switch File.kind(keptPath(path)) {
        case .link: try File.replaceLink(file, to: try File.linkTarget(keptPath(path)))
        case nil: try File.remove(file)
        default: try File.replace(file) { try File.copy(keptPath(path), to: $0) }
        }
        try forget(path)
    }

    /// The file is the image's again: somebody else has put it back.
    func forget(_ path: String) throws {
        try File.remove(keptPath(path))
        try File.remove(Path.join(root, Path.join(Self.absent, path)))
    }

    private func keptPath(_ path: String) -> String { Path.join(root, Path.join(Self.kept, path)) }

    // Folders are there only for the files in them.
    private func isKept(_ path: String) -> Bool { [.regular, .link].contains(File.kind(keptPath(path))) }

    private func isAbsent(_ path: String) -> Bool {
        File.kind(Path.join(root, Path.join(Self.absent, path))) == .regular
    }

    private func isMarked(_ path: String) -> Bool {
        let file = Path.join(root, path)
        guard File.kind(file) == .regular, let bytes = try? File.read(file, limit: Self.limit) else { return false }
        return bytes.starts(with: WantedFile.mark.utf8)
    }
}
