import Document

extension Form where Value == Secret {
    /// A hash as crypt(3) makes it.
    static var passwordHash: Form {
        secret("a hash made by \"mkpasswd -m yescrypt\", or \"!\" for no password at all") { text in
            if text == "!" || text == "*" { return true }
            let parts = text.split(separator: "$", omittingEmptySubsequences: false)
            // y, gy: yescrypt; 7: scrypt; 2a, 2b, 2y: bcrypt; 6, 5: SHA; 1: MD5, which old tools still make.
            guard parts.count >= 4, parts[0].isEmpty, let last = parts.last, last.utf8.count >= 22,
                ["y", "gy", "7", "2a", "2b", "2y", "6", "5", "1"].contains(parts[1])
            else { return false }
            return text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        }
    }
}

extension Form where Value == String {
    /// One public key as a line of `authorized_keys`, without options. Not repeated in messages: the usual mistake is a private key.
    static var sshKey: Form {
        string(
            "a public SSH key in one line, such as \"ssh-ed25519 AAAA… name\"",
            pattern: "^(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$", limit: 16384, isQuiet: true,
            where: isSSHKey)
    }

    private static let sshKeyTypes: Set<String> = [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ]

    @Sendable static func isSSHKey(_ text: String) -> Bool {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard isOneLine(text), parts.count >= 2, sshKeyTypes.contains(String(parts[0])),
            let blob = Base64.bytes(parts[1]), blob.count > 4 + parts[0].utf8.count
        else { return false }
        // The key begins with the length and the name of its own type (RFC 4253, 6.6).
        let name = Array(parts[0].utf8)
        return Array(blob.prefix(4)) == [0, 0, 0, UInt8(name.count)]
            && Array(blob.dropFirst(4).prefix(name.count)) == name
    }

    /// One or more certificates as PEM text.
    static var certificates: Form {
        string("certificates in PEM form, beginning with \"-----BEGIN CERTIFICATE-----\"", limit: 65536, isQuiet: true)
        { text in
            var body: Substring?
            var count = 0
            for line in text.split(whereSeparator: \.isNewline) {
                switch (line, body) {
                case ("-----BEGIN CERTIFICATE-----", nil): body = ""
                case ("-----END CERTIFICATE-----", .some(let base64)):
                    // A certificate is an ASN.1 sequence.
                    guard Base64.bytes(base64)?.first == 0x30 else { return false }
                    body = nil
                    count += 1
                case (_, .some(let base64)): body = base64 + line
                case (_, nil): return false
                }
            }
            return count > 0 && body == nil
        }
    }
}
