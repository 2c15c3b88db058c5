import Archives
import Host
import Recipe

/// The modules of one kernel in a tree, as `depmod` has described them.
public struct KernelModules: Sendable {
    /// A set of modules closed under dependencies.
    public struct Selection: Sendable {
        /// Paths below the kernel's module folder, such as `kernel/fs/isofs/isofs.ko.xz`, sorted.
        public let paths: [String]
        /// Selectors that no module and nothing built into the kernel answers to.
        public let unmatched: [String]
    }

    /// No module comes near this size, in bytes.
    private static let sizeLimit = 1 << 28

    /// The kernel's version, as `uname -r` prints it.
    public let version: String
    /// The folder of the modules in the tree.
    public let folder: String
    private let tree: Tree
    private let dependencies: [String: [String]]
    private let byName: [String: String]
    /// Each module with its path as patterns see it, without the ending `.ko…`.
    private let subjects: [(path: String, subject: Glob.Subject)]
    private let builtin: Set<String>
    private let soft: [String: [String]]
    /// Names under which software asks for modules, such as `crypto-crc32c`, each with the modules.
    private let aliases: [String: [String]]

    /// The kernel versions that have modules in a tree, sorted.
    public static func versions(in tree: Tree) throws -> [String] {
        try tree.list("/usr/lib/modules").filter { File.kind(tree.host("/usr/lib/modules/\($0)")) == .folder }
    }

    /// Reads `modules.dep` and its companions.
    ///
    /// - Throws: when `depmod` has not run for this version
    public init(_ tree: Tree, version: String) throws {
        self.tree = tree
        self.version = version
        folder = "/usr/lib/modules/" + version
        // Bytes rather than text: these files are long, and read several times in a build.
        let dep = try tree.read(folder + "/modules.dep") ?? []
        guard !dep.isEmpty else {
            throw Failure(
                .invalidInput, "\"\(folder)/modules.dep\" is missing or empty in the root tree",
                hint: "run depmod in the tree")
        }
        var dependencies: [String: [String]] = [:]
        for line in dep.split(separator: UInt8(ascii: "\n")) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            dependencies[String(decoding: line[..<colon], as: UTF8.self)] = Self.words(line[(colon + 1)...])
        }
        self.dependencies = dependencies
        byName = Dictionary(dependencies.keys.map { (Self.name($0), $0) }) { min($0, $1) }
        subjects = dependencies.keys.map { ($0, Glob.Subject(Self.stem($0))) }
        builtin = Set(try tree.lines(folder + "/modules.builtin").map { Self.name(String($0)) })
        var soft: [String: [String]] = [:]
        for line in try tree.lines(folder + "/modules.softdep") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 2, words[0] == "softdep" else { continue }
            soft[Self.normalized(words[1]), default: []] += words.dropFirst(2).filter { !$0.hasSuffix(":") }
        }
        self.soft = soft
        var aliases: [String: [String]] = [:]
        for line in try (tree.read(folder + "/modules.alias") ?? []).split(separator: UInt8(ascii: "\n")) {
            // Only what software asks for by name; aliases of hardware are matched by udev on the running machine.
            guard line.starts(with: "alias ".utf8), !line.contains(UInt8(ascii: ":")) else { continue }
            let words = Self.words(line)
            if words.count == 3 { aliases[words[1], default: []].append(Self.normalized(words[2])) }
        }
        self.aliases = aliases
    }

    private static func words(_ line: ArraySlice<UInt8>) -> [String] {
        line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The modules that the selectors name, with all they depend on.
    ///
    /// - Parameter selectors: module names (`virtio_blk`; `-` and `_` are the same), patterns of names (`dm-*`), or, with a
    ///   slash, patterns of paths without the ending `.ko…` (`kernel/drivers/nvme/**`)
    /// - Throws: when a pattern is malformed
    public func closure(of selectors: [String]) throws -> Selection {
        var chosen: Set<String> = []
        var unmatched: [String] = []
        for selector in selectors {
            let paths = try select(selector)
            if let paths { paths.forEach { add($0, to: &chosen) } } else { unmatched.append(selector) }
        }
        return Selection(paths: chosen.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, unmatched: unmatched)
    }

    /// The modules that one selector names, without what they depend on, sorted; empty when it is built in, nil when unknown.
    func named(_ selector: String) throws -> [String]? {
        try select(selector)?.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// What a module cannot be loaded without.
    func needs(_ path: String) -> [String] { dependencies[path] ?? [] }

    /// Every module of the kernel, sorted.
    public var all: [String] { dependencies.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// The firmware files that the modules announce, below `/usr/lib/firmware`, sorted; whether they exist is not looked at.
    public func firmware(of paths: [String]) throws -> [String] {
        let names = try paths.flatMap { path -> [String] in
            let module = try ELFImage(try content(of: path), name: path)
            return module.moduleInformation.filter { $0.key == "firmware" }.map(\.value)
        }
        return Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The module itself, decompressed.
    public func content(of path: String) throws -> [UInt8] {
        let file = file(of: path) ?? tree.host(folder + "/" + path)
        return try ArchiveReader.decompress(
            try File.read(file, limit: Self.sizeLimit), named: file, limit: Self.sizeLimit)
    }

    /// Where a module is on the build host: as it was described, or uncompressed since; nil when it is gone.
    func file(of path: String) -> String? {
        let described = tree.host(folder + "/" + path)
        if File.exists(described) { return described }
        let plain = tree.host("\(folder)/\(Self.plain(path))")
        return File.exists(plain) ? plain : nil
    }

    /// The path of a module when it is not compressed.
    static func plain(_ path: String) -> String { stem(path) + ".ko" }

    /// The name of the module at a path: `kernel/fs/nls/nls_iso8859-1.ko.xz` gives `nls_iso8859_1`.
    public static func name(_ path: String) -> String { normalized(String(stem(Path.name(path)))) }

    /// A path without the ending `.ko`, `.ko.xz` and so on.
    private static func stem(_ path: String) -> Substring {
        let bytes = path.utf8
        var index = bytes.endIndex
        while index != bytes.startIndex {
            index = bytes.index(before: index)
            if bytes[index] == UInt8(ascii: "/") { break }
            if bytes[index] == UInt8(ascii: "."), bytes[index...].starts(with: ".ko".utf8) { return path[..<index] }
        }
        return path[...]
    }

    /// Names with `-` and `_` are the same module; within a set of a pattern, `-` means a range and stays.
    private static func normalized(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "-")) else { return name }
        var inSet = false
        let bytes = name.utf8.map { byte in
            if byte == UInt8(ascii: "[") { inSet = true } else if byte == UInt8(ascii: "]") { inSet = false }
            return byte == UInt8(ascii: "-") && !inSet ? UInt8(ascii: "_") : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The modules of a selector; empty when it is built in, nil when it is unknown.
    private func select(_ selector: String) throws -> [String]? {
        if selector.contains("/") {
            let glob = try Glob(selector)
            let found = subjects.filter { glob.matches($0.subject) }.map(\.path)
            return found.isEmpty ? nil : found
        }
        let wanted = Self.normalized(selector)
        if let path = byName[wanted] { return [path] }
        if builtin.contains(wanted) { return [] }
        let glob = try Glob(wanted)
        let found = byName.filter { glob.matches($0.key) }.map(\.value)
        if !found.isEmpty { return found }
        return builtin.contains { glob.matches($0) } ? [] : nil
    }

    private func add(_ path: String, to chosen: inout Set<String>) {
        guard chosen.insert(path).inserted else { return }
        for dependency in dependencies[path] ?? [] { add(dependency, to: &chosen) }
        for name in soft[Self.name(path)] ?? [] {
            if let path = byName[Self.normalized(name)] {
                add(path, to: &chosen)
            } else {
                for alias in aliases[name] ?? [] {
                    if let path = byName[alias] { add(path, to: &chosen) }
                }
            }
        }
    }
}
