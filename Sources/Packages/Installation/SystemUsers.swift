import Host

/// The users and groups of a root tree, and sysusers.d(5) files applied to them.
///
/// RPM before 4.19 leaves users to scriptlets; packages of Fedora 42 and later have none and rely on RPM to run
/// systemd-sysusers. This does it in a way that needs no program of the tree, so it works for any order of packages.
struct SystemUsers {
    private let root: String
    private(set) var users: [String: Int] = [:]
    private(set) var groups: [String: Int] = [:]
    private var passwd: [String] = []
    private var group: [String] = []
    private var changed = false

    /// Reads `/etc/passwd` and `/etc/group` of a tree; absent files are empty.
    init(root: String) throws {
        self.root = root
        func lines(_ name: String) throws -> [String] {
            let path = Path.join(root, "etc/\(name)")
            guard File.kind(path) == .regular else { return [] }
            return try File.readText(path, limit: 4 << 20).split(separator: "\n").map(String.init)
        }
        passwd = try lines("passwd")
        group = try lines("group")
        users = Self.ids(passwd)
        groups = Self.ids(group)
    }

    private static func ids(_ lines: [String]) -> [String: Int] {
        var ids: [String: Int] = [:]
        for line in lines {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, let id = Int(fields[2]) { ids[String(fields[0])] = id }
        }
        return ids
    }

    /// Applies the lines of a sysusers.d file; what is there already stays as it is.
    mutating func apply(_ text: String) {
        let lines = text.split(separator: "\n").map(Self.words).filter { !$0.isEmpty && !$0[0].hasPrefix("#") }
        // Groups first, as systemd-sysusers does: a user may name a group of a later line.
        for words in lines where words[0].first == "g" && words.count > 1 {
            addGroup(words[1], id: words.count > 2 ? Int(words[2]) : nil)
        }
        for words in lines where words[0].first == "u" && words.count > 1 { addUser(words) }
        for words in lines where words[0].first == "m" && words.count > 2 {
            addGroup(words[2], id: nil)
            addMember(words[1], to: words[2])
        }
    }

    /// Writes what has changed.
    mutating func write() throws {
        guard changed else { return }
        changed = false
        try Folder.create(Path.join(root, "etc"))
        try File.write(Path.join(root, "etc/passwd"), passwd.joined(separator: "\n") + "\n")
        try File.write(Path.join(root, "etc/group"), group.joined(separator: "\n") + "\n")
    }

    private mutating func addGroup(_ name: String, id wanted: Int?) {
        guard groups[name] == nil, Self.isName(name) else { return }
        let id = wanted.flatMap { groups.values.contains($0) ? nil : $0 } ?? freeID()
        groups[name] = id
        group.append("\(name):x:\(id):")
        changed = true
    }

    private mutating func addUser(_ words: [String]) {
        let name = words[1]
        guard users[name] == nil, Self.isName(name) else { return }
        func field(_ index: Int) -> String? { words.count > index && words[index] != "-" ? words[index] : nil }
        var id = field(2).flatMap { Int($0.split(separator: ":").first ?? "") }
        var groupID: Int?
        if let both = field(2)?.split(separator: ":"), both.count == 2 {
            groupID = Int(both[1]) ?? groups[String(both[1])]
        } else if let own = groups[name] {
            groupID = own
        }
        if let taken = id, users.values.contains(taken) { id = nil }
        let number = id ?? groupID.flatMap { users.values.contains($0) ? nil : $0 } ?? freeID()
        if groupID == nil {
            addGroup(name, id: number)
            groupID = groups[name]
        }
        users[name] = number
        let shell = field(5) ?? (number == 0 ? "/bin/sh" : "/usr/sbin/nologin")
        passwd.append("\(name):x:\(number):\(groupID ?? number):\(field(3) ?? ""):\(field(4) ?? "/"):\(shell)")
        changed = true
    }

    private mutating func addMember(_ user: String, to name: String) {
        guard let index = group.firstIndex(where: { $0.hasPrefix(name + ":") }) else { return }
        var fields = group[index].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 4 else { return }
        var members = fields[3].split(separator: ",").map(String.init)
        guard !members.contains(user) else { return }
        members.append(user)
        fields[3] = members.joined(separator: ",")
        group[index] = fields.joined(separator: ":")
        changed = true
    }

    /// System ids are given from 999 downwards, as systemd-sysusers and useradd do.
    private func freeID() -> Int {
        let taken = Set(users.values).union(groups.values)
        return (1...999).reversed().first { !taken.contains($0) } ?? 1
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 31
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            } && !name.hasPrefix("-")
    }

    /// Words separated by blanks; double quotes keep blanks.
    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        var word: String?
        var quoted = false
        for character in line {
            if character == "\"" {
                quoted.toggle()
                word = word ?? ""
            } else if character == " " || character == "\t", !quoted {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        return words + (word.map { [$0] } ?? [])
    }
}
