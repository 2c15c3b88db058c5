/// Whether a password can be guessed at once.
///
/// Not more than that: length is what counts (NIST SP 800-63B, 3.1.1), and rules about kinds of characters make people write
/// passwords down.
enum PasswordStrength {
    /// The fewest characters.
    static let least = 8
    private static let common = [
        "password", "passw0rd", "12345678", "87654321", "qwertyui", "qwertzui", "asdfghjk", "letmein", "changeme",
        "admin",
        "secret", "welcome", "redhat", "ovirt", "iloveyou", "administrator",
    ]

    /// Why a password is too weak; nil when it is not.
    ///
    /// - Parameter names: what everybody knows of the node
    static func weakness(of password: String, besides names: [String]) -> String? {
        let count = password.unicodeScalars.count
        guard count >= least else { return "the password has \(count) characters, and needs at least \(least)" }
        let plain = password.lowercased()
        guard Set(plain).count >= 4 else { return "the password repeats too few different characters" }
        let rest = plain.filter { !$0.isNumber && !$0.isPunctuation }
        if common.contains(rest) || common.contains(plain) { return "the password is one of the first that are tried" }
        for name in names.flatMap({ [$0] + $0.split(separator: ".").prefix(1).map(String.init) })
        where name.count >= 4 && rest == name.lowercased().filter({ !$0.isNumber && !$0.isPunctuation }) {
            return "the password is a name of this node"
        }
        let codes = plain.unicodeScalars.map { Int($0.value) }
        let steps = Set(zip(codes, codes.dropFirst()).map { $1 - $0 })
        return steps.count == 1 ? "the password is a simple sequence" : nil
    }
}
