import Document
import Host

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
            where: { SSHPublicKey($0) != nil })
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
