import CRpm
import Glibc
import Host
import Transfer

/// Verifies RPM files: a signature by one of the repository's keys, and every digest.
struct PackageVerifier {
    /// The keys of the repository that the packages come from.
    let keys: RepositoryKeys

    /// Checks packages of one repository.
    ///
    /// - Throws: `.signature`, naming the first package that is unsigned, wrongly signed, damaged, or signed with a key that
    ///   may not be believed now
    func verify(
        _ paths: [String], names: [String: LockedPackage], repository: String, verified: (String) throws -> Void
    ) throws {
        try keys.requireUsable(repository: repository)
        try RPMLibrary.use { log in
            let transaction = try RPMTransactionSet()
            rpmtsSetVSFlags(transaction.pointer, 0)
            rpmtsSetVfyFlags(transaction.pointer, 0)
            rpmtsSetVfyLevel(
                transaction.pointer, Int32(RPMSIG_SIGNATURE_TYPE | RPMSIG_DIGEST_TYPE))
            let ring = try keyring()
            defer { rpmKeyringFree(ring) }
            rpmtsSetKeyring(transaction.pointer, ring)
            for path in paths {
                log.clear()
                let failed = path.withCString { name -> Bool in
                    var arguments: [UnsafeMutablePointer<CChar>?] = [UnsafeMutablePointer(mutating: name), nil]
                    return rpmcliVerifySignatures(transaction.pointer, &arguments) != 0
                }
                if failed { throw refusal(names[path]?.nevra ?? Path.name(path), repository, log.lines) }
                try verified(path)
            }
        }
    }

    /// librpm's keyring with the primary keys and subkeys that are valid, and no others.
    private func keyring() throws -> OpaquePointer {
        guard let ring = rpmKeyringNew() else { throw Failure(.internalError, "librpm gives no keyring") }
        for certificate in keys.usable {
            guard let key = rpmPubkeyNew(certificate.bytes, certificate.bytes.count) else {
                throw Failure(.signature, "librpm cannot use the key \(certificate.keys.first?.id ?? "")")
            }
            defer { rpmPubkeyFree(key) }
            rpmKeyringAddKey(ring, key)
            var count: Int32 = 0
            guard let subkeys = rpmGetSubkeys(key, &count) else { continue }
            defer { free(subkeys) }
            for index in 0..<Int(count) {
                // In the order of the certificate, as gpg lists them.
                let isValid = certificate.keys.dropFirst().dropFirst(index).first?.validity == .valid
                if isValid { rpmKeyringAddKey(ring, subkeys[index]) }
                rpmPubkeyFree(subkeys[index])
            }
        }
        return ring
    }

    private func refusal(_ name: String, _ repository: String, _ lines: [String]) -> Failure {
        let details = lines.map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        // "Header V4 RSA/SHA256 Signature, key ID 8e24c4b5: NOKEY"
        let signers = Set(
            details.filter { $0.contains("ignature, key ID ") }.compactMap { line -> String? in
                line.firstRange(of: "key ID ").map { String(line[$0.upperBound...].prefix { $0.isHexDigit }) }
            })
        var reason = "is damaged or its signature does not match"
        if signers.isEmpty {
            reason = details.contains { $0.contains(": BAD") } ? "is damaged" : "is not signed"
        } else if let problem = signers.lazy.compactMap({ keys.key($0)?.problem }).first {
            reason = "is signed with a key that may not be used: \(problem)"
        } else if let stranger = signers.first(where: { keys.key($0) == nil }) {
            reason = "is signed with key \(stranger), which is none of the keys of repository \"\(repository)\""
        }
        return Failure(
            .signature, "package \(name) of repository \"\(repository)\" \(reason)",
            hint: "do not install it; check the repository and its \"gpgkeys\"", details: details.map(String.init))
    }
}
