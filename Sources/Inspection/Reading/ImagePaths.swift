import Host

/// The paths of a root file system, with its links followed as a process inside would follow them.
struct ImagePaths {
    private let entries: [String: RootFileSystem.Entry]
    /// As many links as the kernel follows (`MAXSYMLINKS`).
    private static let linkLimit = 40
    /// Where the content of /var waits to be copied at boot.
    private static let factory = "/usr/share/factory"

    init(_ entries: [RootFileSystem.Entry]) {
        self.entries = Dictionary(entries.map { ($0.path, $0) }) { first, _ in first }
    }

    /// What stands at a path without links in its folders.
    subscript(path: String) -> RootFileSystem.Entry? { entries[path] }

    /// The path without links in its folders (the last component may be a link), and the names under which packages may own it.
    func resolve(_ path: String) -> (path: String, owned: [String]) {
        let normal = Path.normalized(path)
        let plain = Path.join(folder(Path.parent(normal)), Path.name(normal))
        var owned = [plain]
        // Kernel modules come compressed and lie in the image as they are.
        if plain.hasSuffix(".ko") { owned += [".xz", ".zst", ".gz"].map { plain + $0 } }
        if plain.hasPrefix(Self.factory + "/var/") { owned.append(String(plain.dropFirst(Self.factory.count))) }
        return (plain == "//" ? "/" : plain, owned)
    }

    private func folder(_ path: String) -> String {
        var waiting = Array(path.split(separator: "/").reversed())
        var done: [Substring] = []
        var links = 0
        while let name = waiting.popLast() {
            if name == "." { continue }
            if name == ".." {
                _ = done.popLast()
                continue
            }
            let here = "/" + (done + [name]).joined(separator: "/")
            if let target = entries[here]?.target, links < Self.linkLimit {
                links += 1
                if target.hasPrefix("/") { done = [] }
                waiting += target.split(separator: "/").reversed()
            } else {
                done.append(name)
            }
        }
        return "/" + done.joined(separator: "/")
    }
}
