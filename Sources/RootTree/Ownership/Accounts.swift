import Host

/// The users and groups of a tree, from its own `passwd` and `group`, never from the build host's.
public struct Accounts: Sendable {
    /// Numbers of users by name.
    public let users: [String: Int]
    /// Numbers of groups by name.
    public let groups: [String: Int]

    /// Reads `/etc/passwd` and `/etc/group`.
    public init(_ tree: Tree) throws {
        users = try Self.read(tree, "/etc/passwd")
        groups = try Self.read(tree, "/etc/group")
    }

    private static func read(_ tree: Tree, _ path: String) throws -> [String: Int] {
        // Root owns files even before any package has made the file.
        var numbers = ["root": 0]
        for line in try tree.lines(path) {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 3, let number = Int(fields[2]), number >= 0, number < 0xFFFF_FFFF else { continue }
            numbers[String(fields[0])] = number
        }
        return numbers
    }

    /// The number of a user, by name or written as a number.
    func user(_ name: String) -> Int? { users[name] ?? Int(name) }

    /// The number of a group, by name or written as a number.
    func group(_ name: String) -> Int? { groups[name] ?? Int(name) }
}
