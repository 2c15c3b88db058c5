import Host

/// Where Debian's files stand in Fedora's layout.
struct Layout: Sendable {
    let map: LabMap

    /// The path after /usr was merged and libraries moved.
    func place(_ path: String) -> String {
        var path = path
        for top in ["/bin", "/sbin", "/lib", "/lib64"] where path == top || path.hasPrefix(top + "/") {
            path = "/usr" + path
            break
        }
        for move in map.moves {
            if let moved = Self.moved(path, move) { return moved }
        }
        return path
    }

    /// `path` after one move; nil when it does not apply. A trailing slash moves the folder with all below it.
    static func moved(_ path: String, _ move: (from: String, to: String)) -> String? {
        if path == move.from { return move.to }
        guard move.from.hasSuffix("/") else { return nil }
        if path.hasPrefix(move.from) { return move.to + path.dropFirst(move.from.utf8.count) }
        return path + "/" == move.from ? String(move.to.dropLast()) : nil
    }

    /// Where a symbolic link must point after the file it is and the file it names have moved.
    func retarget(_ target: String, from old: String, at new: String, _ moves: [(from: String, to: String)]) -> String {
        let isAbsolute = target.hasPrefix("/")
        let named = Path.normalized(isAbsolute ? target : Path.join(Path.parent(old), target))
        var place = place(named)
        for move in moves { if let moved = Self.moved(place, move) { place = moved } }
        if isAbsolute { return place == named ? target : place }
        if place == named, Path.parent(old) == Path.parent(new) { return target }
        return Self.relative(place, to: Path.parent(new))
    }

    static func relative(_ path: String, to folder: String) -> String {
        let target = path.split(separator: "/")
        let base = folder.split(separator: "/")
        var shared = 0
        while shared < min(target.count - 1, base.count), target[shared] == base[shared] { shared += 1 }
        return (Array(repeating: "..", count: base.count - shared) + target[shared...].map(String.init))
            .joined(separator: "/")
    }

    /// Marks documentation and translations, so that they can be left out at installation.
    static func mark(_ file: inout LabFile) {
        if file.kind == .folder { return }
        let parts = file.path.split(separator: "/").map(String.init)
        guard parts.count > 3, parts[0] == "usr", parts[1] == "share" else {
            if file.kind == .regular, parts.first == "etc", file.flags & LabFile.ghost == 0 {
                file.flags |= LabFile.configuration | LabFile.noReplace
            }
            return
        }
        switch parts[2] {
        case "licenses": file.flags |= LabFile.license
        case "doc", "info", "gtk-doc": file.flags |= LabFile.documentation
        case "man":
            file.flags |= LabFile.documentation
            if !parts[3].hasPrefix("man") { file.language = parts[3] }
        case "locale": file.language = parts[3]
        default: break
        }
    }
}
