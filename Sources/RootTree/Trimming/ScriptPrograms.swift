/// Which programs a shell script runs, as far as its text says so.
enum ScriptPrograms {
    private static let keywords: Set<Substring> = [
        "if", "then", "else", "elif", "do", "while", "until", "!", "exec", "{", "(", "time",
    ]

    /// Names and absolute paths of programs, in order; those whose presence the script itself tests are left out.
    static func names(in script: String) -> [String] {
        var found: [String] = []
        var tested: Set<Substring> = []
        for line in script.split(separator: "\n") where !line.drop(while: \.isWhitespace).hasPrefix("#") {
            // Where a command may begin: the line, and behind ; & | and the beginning of a substitution.
            for part in line.split(whereSeparator: { ";&|`()".contains($0) }) {
                let words = part.split(whereSeparator: \.isWhitespace).map(unquoted)
                if let place = words.firstIndex(where: { ["-x", "-e", "-f"].contains($0) }), place + 1 < words.count {
                    tested.insert(words[place + 1])
                }
                if words.count > 1, ["command", "type", "which", "hash"].contains(words[0]), let last = words.last {
                    tested.insert(last)
                }
                let command = words.first { !keywords.contains($0) && !$0.contains("=") }
                if let command, isProgram(command) { found.append(String(command)) }
            }
        }
        return found.filter { name in
            !tested.contains { $0 == name || name.hasSuffix("/" + $0) || $0.hasSuffix("/" + name) }
        }
    }

    private static func unquoted(_ word: Substring) -> Substring {
        word.drop { $0 == "\"" || $0 == "'" }.prefix { $0 != "\"" && $0 != "'" }
    }

    private static func isProgram(_ word: Substring) -> Bool {
        guard let first = word.first, first == "/" || first.isLetter || first == "_" else { return false }
        return word.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
    }
}
