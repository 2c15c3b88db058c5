import Glibc
import Host
import Recipe

/// Copies the overlays of a recipe over a tree.
struct OverlayCopy {
    let tree: Tree
    /// Owners and modes of what was copied, for the ownership table.
    private(set) var rules: [OwnershipTable.Rule] = []

    init(_ tree: Tree) { self.tree = tree }

    /// Copies one overlay.
    ///
    /// - Throws: when a link climbs out of the overlay, a socket or device is in it, or a file would replace a folder
    mutating func copy(_ overlay: ResolvedRecipe.Overlay) throws {
        try during("overlay \"\(overlay.path)\"") {
            guard File.kind(overlay.path) == .folder else { throw Failure(.invalidInput, "it is not a folder") }
            try refuseForeignUmask(overlay)
            for name in try Folder.walk(overlay.path) {
                try copy("/" + name, Path.join(overlay.path, name), overlay)
            }
        }
    }

    private mutating func copy(_ path: String, _ source: String, _ overlay: ResolvedRecipe.Overlay) throws {
        let wish = overlay.rules.last { $0.files.matches(path) }
        var rule = OwnershipTable.Rule(
            path: path, user: wish?.user, group: wish?.group, mode: wish?.mode,
            source: "\(wish?.position ?? overlay.position)")
        switch File.kind(source) {
        case .folder:
            // A folder of the tree, also one behind a link such as /bin, keeps what it has.
            if try tree.resolve(path) != nil, wish == nil { return try tree.createFolder(path) }
            try tree.createFolder(path)
            rule.mode = wish?.mode ?? File.overlayMode(source, isProgram: true)
        case .regular:
            rule.mode = wish?.mode ?? File.overlayMode(source, isProgram: File.isExecutable(source))
            try tree.copy(source, to: path, mode: rule.mode ?? 0o644)
        case .link:
            let target = try File.linkTarget(source)
            guard Self.staysInside(target, of: path) else {
                throw Failure(
                    .invalidInput, "the link \"\(path)\" points outside: \"\(target)\"",
                    hint: "write the target as a path from the root of the image, or relative within it")
            }
            try tree.link(path, to: target)
        case .other, nil:
            throw Failure(
                .invalidInput, "\"\(path)\" is a socket, pipe or device; an overlay holds files, folders and links")
        }
        rules.append(rule)
    }

    /// A whole overlay that nobody else may read comes from a umask of 077: in the image no service could read its settings.
    private func refuseForeignUmask(_ overlay: ResolvedRecipe.Overlay) throws {
        guard File.isPrivate(overlay.path) else { return }
        let files = try Folder.walk(overlay.path).filter { name in
            File.kind(Path.join(overlay.path, name)) == .regular
                && !overlay.rules.contains { $0.mode != nil && $0.files.matches("/" + name) }
        }
        guard !files.isEmpty, files.allSatisfy({ File.isPrivate(Path.join(overlay.path, $0)) }) else { return }
        throw Failure(
            .invalidInput, "only you may read it and its files, so only root could read them in the image",
            hint: "\"chmod -R go+rX\" on it; or say with a rule which files are to have mode 0600")
    }

    /// Whether a relative target never climbs above the root, at any point on its way.
    static func staysInside(_ target: String, of path: String) -> Bool {
        var depth = target.hasPrefix("/") ? 0 : path.split(separator: "/").count - 1
        for component in target.split(separator: "/") where component != "." {
            depth += component == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }
}

extension File {
    /// Whether group and others may do nothing with it.
    fileprivate static func isPrivate(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & 0o077 == 0
    }

    /// The mode in the image of what has no rule: the umask of whoever made it does not matter, but what is private stays so.
    fileprivate static func overlayMode(_ path: String, isProgram: Bool) -> UInt32 {
        let mode: UInt32 = isProgram ? 0o755 : 0o644
        return isPrivate(path) ? mode & 0o700 : mode
    }
}
