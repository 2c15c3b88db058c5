import Host
import Packages

/// Owner, mode, capabilities and time of every path of the image (DESIGN.md, decision 11).
///
/// The build host's file system is asked for content, kind and — where no package, overlay or tmpfiles line speaks — permission
/// bits; never for an owner. So the table is the same whatever rights the build had.
public struct OwnershipTable: Sendable {
    /// What the table says about one path.
    public struct Record: Sendable, Equatable {
        /// The user's number.
        public var userID = 0
        /// The group's number.
        public var groupID = 0
        /// Permission bits; nil: those of the file.
        public var mode: UInt32?
        /// Capabilities of a program.
        public var capabilities: FileCapabilities?
        /// The time of the last change, in seconds since 1970; nil: the epoch of the build.
        public var modified: Int?
        /// The type bits that `mode` was given for; nil for any.
        var type: UInt32?
    }

    /// What somebody other than a package wants for a path.
    public struct Rule: Sendable, Equatable {
        /// The path.
        public var path: String
        /// The user's name, or number as text; nil for root.
        public var user: String?
        /// The group's name, or number as text; nil for root.
        public var group: String?
        /// Permission bits; nil: those of the file.
        public var mode: UInt32?
        /// Who wants it, for messages: `overlay "overlays/base"`.
        public var source: String

        /// A wish.
        public init(path: String, user: String? = nil, group: String? = nil, mode: UInt32? = nil, source: String) {
            self.path = path
            self.user = user
            self.group = group
            self.mode = mode
            self.source = source
        }
    }

    /// Where the content of /var waits to be copied at boot.
    static let factory = "/usr/share/factory"
    /// Where /root leads in the image.
    static let rootHome = "/var/roothome"

    private static let typeMask: UInt32 = 0o170000
    private static let permissionMask: UInt32 = 0o7777

    private let tree: Tree
    private let accounts: Accounts
    private var records: [String: Record] = [:]
    private var folders: [String: String?] = [:]
    /// The NEVRA of the package that brought a path, by the path without links.
    public private(set) var packages: [String: String] = [:]
    /// Who put a path there or wanted something for it, besides packages and tmpfiles lines: `Rule.source` by path.
    public private(set) var sources: [String: String] = [:]

    /// Makes the table: packages first, then the tree's own tmpfiles lines for what no package owns, then `rules`.
    ///
    /// - Throws: when a user or group is unknown, naming the package or rule and the path
    public init(_ tree: Tree, packages: [PackageFile], rules: [Rule] = []) throws {
        self.tree = tree
        accounts = try Accounts(tree)
        for file in packages {
            for path in try places(file.path) {
                let who = "package \(file.package)"
                records[path] = Record(
                    userID: try user(file.user, path, who), groupID: try group(file.group, path, who),
                    mode: file.mode & Self.permissionMask,
                    capabilities: try file.capabilities.flatMap { text in
                        try during("\(who), \"\(path)\"") { try FileCapabilities(text) }
                    },
                    modified: file.mode & Self.typeMask == 0o040000 ? nil : file.modified,
                    type: file.mode & Self.typeMask)
                self.packages[path] = file.package
            }
            for path in try uncompressed(file.path) { self.packages[path] = file.package }
        }
        for rule in try TmpfilesRules.read(tree) {
            for path in try places(rule.path) where records[path] == nil { try add(rule, path) }
        }
        for rule in rules {
            for path in try places(rule.path) {
                try add(rule, path)
                sources[path] = rule.source
            }
        }
    }

    /// Kernel modules come compressed and lie in the image as they are.
    private mutating func uncompressed(_ path: String) throws -> [String] {
        guard let ending = [".ko.xz", ".ko.zst", ".ko.gz"].first(where: path.hasSuffix) else { return [] }
        return try places(String(path.dropLast(ending.count - 3)))
    }

    private mutating func add(_ rule: Rule, _ path: String) throws {
        records[path] = Record(
            userID: try rule.user.map { try user($0, path, rule.source) } ?? 0,
            groupID: try rule.group.map { try group($0, path, rule.source) } ?? 0,
            mode: rule.mode.map { $0 & Self.permissionMask })
    }

    /// What holds for a path that contains no links.
    ///
    /// - Parameter type: the kind of file that stands there, as type bits; a record made for another kind does not count
    public func record(_ path: String, type: UInt32) -> Record {
        guard var record = records[path] else { return Record() }
        if let expected = record.type, expected != type {
            record.mode = nil
            record.capabilities = nil
            record.modified = nil
        }
        return record
    }

    /// The paths without links that a path means: its own, when something stands there, and that of its factory copy.
    private mutating func places(_ path: String) throws -> [String] {
        let path = Path.normalized(path)
        guard path != "/" else { return ["/"] }
        var candidates = [path]
        if path == "/var" || path.hasPrefix("/var/") { candidates.append(Self.factory + path) }
        if path.hasPrefix("/root/") { candidates.append(Self.factory + Self.rootHome + path.dropFirst(5)) }
        return try candidates.compactMap { candidate in
            guard let folder = try resolvedFolder(Path.parent(candidate)) else { return nil }
            let place = Path.join(folder, Path.name(candidate))
            return File.exists(tree.host(place)) ? place : nil
        }
    }

    /// Packages reach files through links (`/bin/mount`); the folders of a tree are few, so each is looked up once.
    private mutating func resolvedFolder(_ path: String) throws -> String? {
        if let known = folders[path] { return known }
        let found = try tree.resolve(path)?.path
        folders[path] = .some(found)
        return found
    }

    private func user(_ name: String, _ path: String, _ source: String) throws -> Int {
        if let number = accounts.user(name) { return number }
        throw unknown("user", name, path, source)
    }

    private func group(_ name: String, _ path: String, _ source: String) throws -> Int {
        if let number = accounts.group(name) { return number }
        throw unknown("group", name, path, source)
    }

    private func unknown(_ kind: String, _ name: String, _ path: String, _ source: String) -> Failure {
        Failure(
            .invalidInput, "\(source) gives \"\(path)\" to the \(kind) \"\(name)\", which is unknown in the root tree",
            hint: "the package that makes the \(kind) (sysusers.d) is missing, or the name is misspelt")
    }
}
