import Host
import Transfer

/// The keys that a repository's metadata and packages may be signed with, each with its validity at a moment.
struct RepositoryKeys: Sendable {
    /// A public key with its subkeys.
    struct Certificate: Sendable {
        var bytes: [UInt8]
        /// The primary key first.
        var keys: [SigningKey]

        /// A certificate counts while its primary key does.
        var isUsable: Bool { keys.first?.validity == .valid }
    }

    var certificates: [Certificate] = []

    /// The certificates whose primary key is valid.
    var usable: [Certificate] { certificates.filter(\.isUsable) }

    /// What is wrong with the keys that may not be used, one line each.
    var problems: [String] { certificates.flatMap(\.keys).compactMap(\.problem) }

    /// The key with this id or fingerprint (any length of its tail), valid or not.
    func key(_ identifier: String) -> SigningKey? {
        let tail = identifier.uppercased()
        return certificates.lazy.flatMap(\.keys).first { $0.fingerprint.hasSuffix(tail) }
    }

    /// A value that changes whenever another set of keys may be believed.
    var identity: Checksum {
        var digest = Digest()
        for certificate in usable {
            digest.update(certificate.bytes)
            for key in certificate.keys { digest.update(field: "\(key.fingerprint) \(key.validity)") }
        }
        return digest.finish()
    }

    /// Refuses to go on when the repository has no key that may be believed.
    func requireUsable(repository: String) throws {
        guard usable.isEmpty else { return }
        throw Failure(
            .signature,
            certificates.isEmpty
                ? "repository \"\(repository)\" has no keys to verify its signatures with"
                : "repository \"\(repository)\" has no usable key: \(problems.joined(separator: "; "))",
            hint: certificates.isEmpty
                ? "name its keys under \"gpgkeys\", or accept unsigned content with \"unsigned: allow\""
                : "get the repository's current key and name it under \"gpgkeys\"")
    }

    /// Adds the certificates of a key file, with their validity at `now` (seconds since 1970) as GnuPG sees it.
    mutating func add(_ file: [UInt8], named name: String, now: Int = wallClockSeconds()) throws {
        for bytes in try OpenPGPPackets.certificates(file, named: name) {
            let keys = try Self.inspect(bytes, named: name, now: now)
            certificates.append(Certificate(bytes: bytes, keys: keys))
        }
    }

    private static func inspect(_ certificate: [UInt8], named name: String, now: Int) throws -> [SigningKey] {
        let listing = try Folder.withTemporary(prefix: "nodewright-keys") { home in
            try Command(
                "gpg",
                [
                    "--homedir", home, "--batch", "--no-options", "--no-autostart", "--with-colons", "--with-sig-list",
                    "--show-keys",
                ], input: .bytes(certificate)
            ).run().check(.invalidInput, hint: "is \"\(name)\" a public key?").text
        }
        return SigningKey.parse(listing, now: now)
    }
}

extension SigningKey {
    /// Reads `gpg --with-colons` (doc/DETAILS of GnuPG): fields 2 validity, 5 key id, 6 creation, 7 expiry.
    static func parse(_ listing: String, now: Int) -> [SigningKey] {
        var keys: [SigningKey] = []
        var reading = false
        for line in listing.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            switch fields.first {
            case "pub" where fields.count > 6, "sub" where fields.count > 6:
                let created = Int(fields[5]) ?? 0
                let expires = Int(fields[6]) ?? 0
                let validity: Validity =
                    if fields[1] == "r" {
                        .revoked(at: nil)
                    } else if expires > 0, expires <= now {
                        .expired(at: expires)
                    } else if created > now {
                        .notYetValid(from: created)
                    } else {
                        "idn".contains(fields[1].first ?? "-") ? .unusable : .valid
                    }
                keys.append(SigningKey(id: String(fields[4]), fingerprint: String(fields[4]), validity: validity))
                reading = true
            case "fpr" where reading && fields.count > 9:
                keys[keys.count - 1].fingerprint = String(fields[9])
                reading = false
            case "rev" where !keys.isEmpty && fields.count > 5:
                if case .revoked(nil) = keys[keys.count - 1].validity {
                    keys[keys.count - 1].validity = .revoked(at: Int(fields[5]))
                }
            default: break
            }
        }
        return keys
    }
}
