/// A file of groups and keys as GLib reads it, which NetworkManager keeps its profiles in.
struct Keyfile {
    private struct Group {
        let name: String
        var lines: [(key: String, value: String)] = []
    }

    private var groups: [Group] = []

    /// Adds a key to a group; nothing is added without a value.
    mutating func add(_ key: String, _ value: String?, to group: String) {
        if !groups.contains(where: { $0.name == group }) { groups.append(Group(name: group)) }
        guard let value, let index = groups.firstIndex(where: { $0.name == group }) else { return }
        groups[index].lines.append((key, Self.escaped(value)))
    }

    /// The same file with one more key.
    func adding(_ key: String, _ value: String, to group: String) -> Keyfile {
        var copy = self
        copy.add(key, value, to: group)
        return copy
    }

    /// The content of the file.
    var text: String {
        "# Made by nodectl from the node configuration: changes here are lost.\n"
            + groups.map { group in
                "\n[\(group.name)]\n" + group.lines.map { "\($0.key)=\($0.value)\n" }.joined()
            }.joined()
    }

    /// GLib's escapes; a value can neither end its line nor lose spaces at its ends.
    private static func escaped(_ value: String) -> String {
        var result = ""
        for (index, scalar) in value.unicodeScalars.enumerated() {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case " " where index == 0 || index == value.unicodeScalars.count - 1: result += "\\s"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
