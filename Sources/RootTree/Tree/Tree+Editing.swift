import Glibc
import Host

/// Changes to a tree. Folders on the way are resolved inside the tree, so that no link leads a write out of it.
extension Tree {
    /// Where a new entry of that path belongs on the build host; missing folders on the way are made with mode 0755.
    func place(_ path: String) throws -> String {
        let path = Path.normalized(path)
        let parent = Path.parent(path)
        return Path.join(try folderPlace(parent), Path.name(path))
    }

    private func folderPlace(_ path: String) throws -> String {
        if let found = try resolve(path) {
            guard File.kind(host(found.path)) == .folder else {
                throw Failure(.invalidInput, "\"\(path)\" in the root tree is no folder")
            }
            return host(found.path)
        }
        let place = try place(path)
        guard File.kind(place) == nil else {
            throw Failure(.invalidInput, "\"\(path)\" in the root tree is a link that leads nowhere, or no folder")
        }
        try check("create the folder \"\(place)\"") { mkdir(place, 0o755) }
        try check("set the mode of \"\(place)\"") { chmod(place, 0o755) }
        return place
    }

    /// Makes a folder, and those on the way, unless it is there.
    func createFolder(_ path: String) throws { _ = try folderPlace(Path.normalized(path)) }

    /// Writes a file in place of whatever file or link stands there.
    func write(_ path: String, _ content: [UInt8], mode: UInt32 = 0o644) throws {
        let place = try place(path)
        try clear(place, path)
        try File.writeScratch(place, content, mode: mode)
    }

    /// `write` for text.
    func write(_ path: String, _ text: String, mode: UInt32 = 0o644) throws {
        try write(path, Array(text.utf8), mode: mode)
    }

    /// Copies a file of the build host in place of whatever file or link stands there.
    func copy(_ file: String, to path: String, mode: UInt32) throws {
        let place = try place(path)
        try clear(place, path)
        try File.copy(file, to: place)
        try check("set the mode of \"\(place)\"") { chmod(place, mode) }
    }

    /// Makes a link in place of whatever file or link stands there.
    func link(_ path: String, to target: String) throws {
        let place = try place(path)
        try clear(place, path)
        try File.link(place, to: target)
    }

    /// Removes what stands at a path, folders with all below; the last component is not followed.
    func remove(_ path: String) throws {
        guard let folder = try resolve(Path.parent(Path.normalized(path))) else { return }
        try Folder.remove(Path.join(host(folder.path), Path.name(path)))
    }

    private func clear(_ place: String, _ path: String) throws {
        guard let kind = File.kind(place) else { return }
        guard kind != .folder else {
            throw Failure(.invalidInput, "\"\(path)\" in the root tree is a folder, not a file")
        }
        try File.remove(place)
    }
}
