import Host
import Recipe

/// Makes and changes accounts in the account files of a tree (passwd(5), shadow(5), group(5)).
struct AccountEditor {
    private typealias Line = [String]

    private static let firstID = 1000
    private static let lastID = 60000

    private let tree: Tree
    private let day: Int
    private var passwd: [Line]
    private var shadow: [Line]
    private var group: [Line]
    /// Owners and modes of home folders and keys, for the ownership table.
    private(set) var rules: [OwnershipTable.Rule] = []

    /// - Parameter epoch: the day of the last password change, in seconds since 1970; the build's clock must not be in the image
    init(_ tree: Tree, epoch: Int) throws {
        self.tree = tree
        day = epoch / 86400
        func read(_ path: String) throws -> [Line] {
            try tree.lines(path).map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
        }
        passwd = try read("/etc/passwd").filter { $0.count == 7 }
        group = try read("/etc/group").filter { $0.count == 4 }
        shadow = try read("/etc/shadow").filter { $0.count == 9 }
    }

    /// Makes the account, or changes the one of that name.
    mutating func apply(_ user: ResolvedRecipe.User) throws {
        try during("\(user.position): user \"\(user.name)\"") {
            if let index = passwd.firstIndex(where: { $0[0] == user.name }) {
                if let uid = user.uid, passwd[index][2] != "\(uid)" {
                    throw Failure(.invalidInput, "it exists already with the number \(passwd[index][2]), not \(uid)")
                }
                if let comment = user.comment { passwd[index][4] = comment }
                if let home = user.home { passwd[index][5] = home }
                if let shell = user.shell { passwd[index][6] = shell }
            } else {
                try add(user)
            }
            for name in user.groups { try join(name, user.name) }
            setPassword(user)
            try installKeys(user)
        }
    }

    /// Writes the files. Every account has a shadow line, and no line the day of the build.
    func write() throws {
        var known = Dictionary(shadow.map { ($0[0], $0) }) { first, _ in first }
        let lines = passwd.map { account -> Line in
            var line = known.removeValue(forKey: account[0]) ?? [account[0], "!*", "", "", "", "", "", "", ""]
            line[2] = "\(day)"
            return line
        }
        func text(_ lines: [Line]) -> String { lines.map { $0.joined(separator: ":") + "\n" }.joined() }
        try tree.write("/etc/passwd", text(passwd))
        try tree.write("/etc/group", text(group))
        try tree.write("/etc/shadow", text(lines), mode: 0o600)
        try tree.write("/etc/gshadow", text(group.map { [$0[0], "!", "", $0[3]] }), mode: 0o600)
    }

    private mutating func add(_ user: ResolvedRecipe.User) throws {
        let uid = try user.uid ?? freeID()
        if let other = passwd.first(where: { $0[2] == "\(uid)" }) {
            throw Failure(.invalidInput, "the number \(uid) belongs to \"\(other[0])\"")
        }
        let gid: String
        if let own = group.first(where: { $0[0] == user.name }) {
            gid = own[2]
        } else {
            if let other = group.first(where: { $0[2] == "\(uid)" }) {
                throw Failure(.invalidInput, "the number \(uid) belongs to the group \"\(other[0])\"")
            }
            gid = "\(uid)"
            group.append([user.name, "x", gid, ""])
        }
        let home = user.home ?? "/home/\(user.name)"
        passwd.append([user.name, "x", "\(uid)", gid, user.comment ?? "", home, user.shell ?? "/bin/bash"])
        try makeFolder(home, uid: "\(uid)", gid: gid, source: "\(user.position)")
    }

    private func freeID() throws -> Int {
        let taken = Set((passwd + group).compactMap { Int($0[2]) })
        guard let free = (Self.firstID...Self.lastID).first(where: { !taken.contains($0) }) else {
            throw Failure(.invalidInput, "no number between \(Self.firstID) and \(Self.lastID) is free")
        }
        return free
    }

    private mutating func join(_ name: String, _ user: String) throws {
        guard let index = group.firstIndex(where: { $0[0] == name }) else {
            throw Failure(
                .invalidInput, "the group \"\(name)\" is unknown in the root tree",
                hint: "install the package that makes it")
        }
        var members = group[index][3].split(separator: ",").map(String.init)
        if !members.contains(user) { members.append(user) }
        group[index][3] = members.joined(separator: ",")
    }

    private mutating func setPassword(_ user: ResolvedRecipe.User) {
        if let index = shadow.firstIndex(where: { $0[0] == user.name }) {
            if let hash = user.passwordHash { shadow[index][1] = hash }
        } else {
            shadow.append([user.name, user.passwordHash ?? "!*", "", "", "", "", "", "", ""])
        }
        if let index = passwd.firstIndex(where: { $0[0] == user.name }) { passwd[index][1] = "x" }
    }

    private mutating func installKeys(_ user: ResolvedRecipe.User) throws {
        guard !user.sshKeys.isEmpty, let account = passwd.first(where: { $0[0] == user.name }) else { return }
        let (uid, gid, source) = (account[2], account[3], "\(user.position)")
        try makeFolder(account[5] + "/.ssh", uid: uid, gid: gid, source: source)
        let keys = account[5] + "/.ssh/authorized_keys"
        try tree.write(keys, user.sshKeys.joined(separator: "\n") + "\n", mode: 0o600)
        rules.append(.init(path: keys, user: uid, group: gid, mode: 0o600, source: source))
    }

    private mutating func makeFolder(_ path: String, uid: String, gid: String, source: String) throws {
        try tree.createFolder(path)
        rules.append(.init(path: path, user: uid, group: gid, mode: 0o700, source: source))
    }
}
