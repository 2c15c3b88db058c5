import Host
import Recipe

/// Finds every file that programs of a tree need to run: loaders, shared libraries, and the links that lead to them.
///
/// ```swift
/// var closure = try LibraryClosure(tree)
/// try closure.add("/usr/bin/mount")
/// let files = closure.paths   // /usr/bin/mount, /usr/lib64/libmount.so.1, /usr/lib64/libmount.so.1.1.0 …
/// ```
public struct LibraryClosure {
    /// Which libraries of `.note.dlopen` belong to the closure; those that the tree lacks are skipped in any case.
    public typealias DlopenChoice = @Sendable (ELFImage.Dlopen) -> Bool

    private let tree: Tree
    private let chooses: DlopenChoice
    private let folders: [String]
    private var seen: Set<String> = []
    private var libraries: [String: String?] = [:]
    /// What some search path led to: a library of that name, once loaded for one file, serves all the others.
    private var inherited: [String: String] = [:]

    /// All files and links of the closure, as paths from the root of the tree whose folders contain no links.
    public private(set) var paths: Set<String> = []

    /// An empty closure.
    ///
    /// - Parameter dlopen: by default everything but what is only suggested
    public init(_ tree: Tree, dlopen: @escaping DlopenChoice = { $0.priority != .suggested }) throws {
        self.tree = tree
        self.chooses = dlopen
        self.folders = try Self.searchFolders(tree)
    }

    /// Adds a file of the tree (any file: what is no ELF file needs nothing) with all it needs.
    ///
    /// - Throws: when the file or a library it needs is missing, or is damaged
    public mutating func add(_ path: String) throws {
        guard let found = try tree.resolve(path) else {
            throw Failure(.invalidInput, "\"\(path)\" is not in the root tree", hint: "add the package that owns it")
        }
        paths.formUnion(found.links)
        try addFile(found.path)
    }

    /// `add` for something that may be missing.
    ///
    /// - Returns: whether it is there
    @discardableResult
    public mutating func addIfPresent(_ path: String) throws -> Bool {
        guard try tree.resolve(path) != nil else { return false }
        try add(path)
        return true
    }

    /// Adds a library by its name, as `dlopen` would find it.
    ///
    /// - Returns: whether the tree has it
    @discardableResult
    public mutating func addLibrary(_ soname: String) throws -> Bool {
        guard let path = try find(soname, needer: "/", searchPath: [], machine: nil) else { return false }
        try add(path)
        return true
    }

    private mutating func addFile(_ first: String) throws {
        var waiting = [first]
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            paths.insert(path)
            guard File.kind(tree.host(path)) == .regular, try startsLikeELF(path) else { continue }
            let image = try ELFImage(try File.read(tree.host(path), limit: 1 << 29), name: path)
            if let interpreter = image.interpreter {
                waiting.append(try follow(interpreter, needer: path))
            }
            for soname in image.needed {
                guard let found = try find(soname, needer: path, searchPath: image.searchPath, machine: image.machine)
                else {
                    throw Failure(
                        .invalidInput, "\"\(path)\" needs the library \"\(soname)\", which is not in the root tree",
                        hint: "a trim may have removed it, or the package that owns it is missing")
                }
                waiting.append(try follow(found, needer: path))
            }
            for note in image.dlopen where chooses(note) {
                for soname in note.sonames {
                    guard
                        let found = try find(soname, needer: path, searchPath: image.searchPath, machine: image.machine)
                    else { continue }
                    waiting.append(try follow(found, needer: path))
                    break
                }
            }
        }
    }

    private mutating func follow(_ path: String, needer: String) throws -> String {
        guard let found = try tree.resolve(path) else {
            throw Failure(.invalidInput, "\"\(needer)\" needs \"\(path)\", which is not in the root tree")
        }
        paths.formUnion(found.links)
        return found.path
    }

    /// The path of a library as the loader would find it: search path of the file, configured folders, default folders.
    private mutating func find(_ soname: String, needer: String, searchPath: [String], machine: Int?) throws -> String?
    {
        if soname.contains("/") { return try tree.resolve(soname) == nil ? nil : soname }
        for folder in searchPath {
            let origin = Path.parent(needer)
            var expanded = folder
            for word in ["$ORIGIN", "${ORIGIN}"] { expanded = expanded.replacing(word, with: origin) }
            expanded = expanded.replacing("$LIB", with: "lib64")
            let candidate = Path.normalized(Path.join(expanded, soname))
            if candidate.hasPrefix("/"), try isUsable(candidate, machine: machine) {
                inherited[soname] = candidate
                return candidate
            }
        }
        if let known = libraries[soname] { return known ?? inherited[soname] }
        let found = try folders.lazy.map { Path.join($0, soname) }.first { try isUsable($0, machine: machine) }
        libraries[soname] = .some(found)
        return found ?? inherited[soname]
    }

    /// Whether it is there and made for the same processor (a tree may hold 32-bit libraries in /usr/lib).
    private func isUsable(_ path: String, machine: Int?) throws -> Bool {
        guard let found = try tree.resolve(path), File.kind(tree.host(found.path)) == .regular else { return false }
        let head = try File.head(tree.host(found.path), 20)
        guard ELFImage.isELF(head), head.count == 20 else { return false }
        return head[4] == 2 && (machine == nil || machine == Int(head[18]) | Int(head[19]) << 8)
    }

    private func startsLikeELF(_ path: String) throws -> Bool { ELFImage.isELF(try File.head(tree.host(path), 4)) }

    /// Where the loader looks for every file's libraries.
    static func searchFolders(_ tree: Tree) throws -> [String] {
        try configuredFolders(tree) + ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    }

    /// The folders of `/etc/ld.so.conf` and the files it includes.
    private static func configuredFolders(_ tree: Tree) throws -> [String] {
        var folders: [String] = []
        func read(_ path: String, depth: Int) throws {
            for line in try tree.lines(path) {
                let words = line.prefix { $0 != "#" }.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
                guard let first = words.first else { continue }
                if first == "include", words.count == 2, depth < 4 {
                    let pattern = Path.normalized(Path.join(words[1].hasPrefix("/") ? "/" : "/etc", String(words[1])))
                    let glob = try Glob(Path.name(pattern))
                    for name in try tree.list(Path.parent(pattern)) where glob.matches(name) {
                        try read(Path.join(Path.parent(pattern), name), depth: depth + 1)
                    }
                } else if first.hasPrefix("/") {
                    folders.append(String(first))
                }
            }
        }
        try read("/etc/ld.so.conf", depth: 0)
        return folders
    }
}
