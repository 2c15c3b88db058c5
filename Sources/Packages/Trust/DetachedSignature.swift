import Host

/// Verifies a detached OpenPGP signature with `gpgv` and the rules of `RepositoryKeys`.
struct DetachedSignature {
    let keys: RepositoryKeys

    /// Checks that `signature` is a good signature over `content` by a key that may be believed now.
    ///
    /// - Parameters:
    ///   - what: the signed file in words, for failures
    /// - Throws: `.signature` naming the key that signed
    func verify(_ content: [UInt8], signature: [UInt8], what: String) throws {
        let status = try Folder.withTemporary(prefix: "nodewright-signature") { folder in
            let ring = Path.join(folder, "keys.gpg")
            try File.write(ring, keys.certificates.flatMap(\.bytes))
            try File.write(Path.join(folder, "signature"), signature)
            try File.write(Path.join(folder, "content"), content)
            return try Command(
                "gpgv",
                [
                    "--homedir", folder, "--keyring", ring, "--status-fd", "1", Path.join(folder, "signature"),
                    Path.join(folder, "content"),
                ]
            ).run().text
        }
        try judge(status, what: what)
    }

    /// Reads gpgv's status lines (doc/DETAILS of GnuPG). Its exit status says nothing about expired keys.
    func judge(_ status: String, what: String) throws {
        let lines = status.split(separator: "\n").compactMap { line -> [Substring]? in
            guard line.hasPrefix("[GNUPG:] ") else { return nil }
            return line.dropFirst(9).split(separator: " ")
        }
        var reasons: [String] = []
        for line in lines where line.count > 1 {
            switch line[0] {
            case "VALIDSIG":
                guard let key = keys.key(String(line[1])) else { continue }
                // A subkey is only as good as its certificate.
                let owner = keys.certificates.first { $0.keys.contains(key) }?.keys.first
                if let problem = key.problem ?? owner?.problem {
                    reasons.append(problem)
                } else if lines.contains(where: { $0.first == "GOODSIG" && key.fingerprint.hasSuffix($0[1]) }) {
                    return
                } else if lines.contains(where: { $0.first == "EXPSIG" }) {
                    reasons.append("the signature by key \(key.id) has expired")
                }
            case "BADSIG": reasons.append("the signature by key \(line[1]) does not match the content")
            case "ERRSIG", "NO_PUBKEY":
                guard !reasons.contains(where: { $0.contains(line[1]) }) else { continue }
                reasons.append(keys.key(String(line[1]))?.problem ?? "it is signed by the unknown key \(line[1])")
            default: break
            }
        }
        throw Failure(
            .signature, "\(what): \(reasons.isEmpty ? "no valid signature" : reasons.joined(separator: "; "))",
            hint: "the mirror may be broken or hostile, or the keys under \"gpgkeys\" may be out of date")
    }
}
