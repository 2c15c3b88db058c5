/// Which programs a systemd unit cannot do without.
enum UnitPrograms {
    /// The programs of `ExecStart=` and its companions, in order.
    ///
    /// Left out are those whose failure the unit ignores (`-`), those whose name contains a specifier, and all of them when a
    /// condition of the unit asks whether one is there.
    static func names(in unit: String) -> [String] {
        var programs: [String] = []
        var conditions: [Substring] = []
        for line in unit.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let key = line[..<equals].drop(while: \.isWhitespace)
            let value = line[line.index(after: equals)...].drop(while: \.isWhitespace)
            if key.hasPrefix("Condition") || key.hasPrefix("Assert") {
                conditions.append(value.drop { "|!".contains($0) })
            } else if key.hasPrefix("Exec"), ["ExecSearchPath", "ExecPaths"].allSatisfy({ $0 != key }) {
                let prefix = value.prefix { "@-:+!|".contains($0) }
                let word = value.dropFirst(prefix.count).prefix { !$0.isWhitespace }
                let program = word.drop { $0 == "\"" }.prefix { $0 != "\"" }
                if !prefix.contains("-"), !program.isEmpty, !program.contains("%"), !program.contains("$") {
                    programs.append(String(program))
                }
            }
        }
        return programs.filter { program in !conditions.contains { $0 == program } }
    }
}
