import Host
import NodeConfig
import Testing

@testable import Console

/// Hashes of passwords, checked by crypt(3) itself as Python calls it.
@Suite struct PasswordHashTests {
    private struct Claim {
        let hash: Secret
        let password: String
    }

    /// Whether each hash is that of its password.
    private func verify(_ claims: [Claim]) throws -> [Bool] {
        let program = """
            import crypt, sys
            words = sys.stdin.buffer.read().decode().split("\\0")
            for hash, password in zip(words[::2], words[1::2]):
                print(crypt.crypt(password, hash) == hash)
            """
        let input = claims.map { "\($0.hash.revealed)\0\($0.password)" }.joined(separator: "\0")
        let result = try Command("python3", ["-W", "ignore", "-c", program], input: .bytes(Array(input.utf8))).run()
        return try result.check().text.split(separator: "\n").map { $0 == "True" }
    }

    /// Python has no such module any more from 3.13 on.
    private static let hasOracle = (try? Command("python3", ["-W", "ignore", "-c", "import crypt"]).run())?.status == 0

    /// Small texts, which Swift keeps elsewhere, and long ones; every byte counts.
    @Test(.enabled(if: hasOracle, "python3 has no module crypt")) func hashesVerify() throws {
        let longest = String(repeating: "x", count: PasswordHash.longest)
        var claims: [Claim] = []
        for password in ["correct horse", "ü€😀 ", longest] {
            let hash = try PasswordHash.yescrypt(password)
            claims += [Claim(hash: hash, password: password), Claim(hash: hash, password: password.dropLast() + "!")]
        }
        let hash = try PasswordHash.hash(longest, by: [PasswordHash.sha512])
        claims += [Claim(hash: hash, password: longest), Claim(hash: hash, password: longest.dropLast() + "!")]
        #expect(try verify(claims) == claims.indices.map { $0 % 2 == 0 })
    }

    @Test func hashesAreYescryptAndNeverTheSame() throws {
        let hashes = [try PasswordHash.yescrypt("secret"), try PasswordHash.yescrypt("secret")]
        #expect(hashes[0].revealed.hasPrefix("$y$") && hashes[0] != hashes[1])
        // A salt of 128 bits at least, and 256 bits of hash: 6 bits a character.
        for hash in hashes {
            let parts = hash.revealed.split(separator: "$")
            #expect(parts.count == 4 && parts[2].utf8.count >= 22 && parts[3].utf8.count == 43)
        }
    }

    @Test func olderLibrariesGiveSHA512() throws {
        let unknown = PasswordHash.Method(prefix: "$none$", cost: 0)
        let hash = try PasswordHash.hash("secret", by: [unknown, PasswordHash.sha512])
        #expect(hash.revealed.hasPrefix("$6$rounds=100000$"))
        #expect(throws: Failure.self) { try PasswordHash.hash("secret", by: [unknown]) }
    }

    @Test(arguments: [
        ("sec\0ret", "the password contains a NUL character"),
        (String(repeating: "ü", count: 256), "the password has 512 bytes, and may have at most 511"),
    ]) func whatCryptWouldCutIsRefused(password: String, message: String) throws {
        let failure = #expect(throws: Failure.self) { try PasswordHash.yescrypt(password) }
        #expect(failure?.message == message && failure?.status == .invalidInput)
    }

    /// What is made is what a node's configuration takes.
    @Test func configurationsTakeTheHashes() throws {
        for method in [PasswordHash.yescrypt, PasswordHash.sha512] {
            let hash = try PasswordHash.hash("correct horse", by: [method])
            let text = "schemaVersion: 1\nadministrator: {password-hash: '\(hash.revealed)'}\n"
            let configuration = try NodeConfiguration.read(Array(text.utf8), file: "test")
            #expect(configuration.administrator.passwordHash == hash)
        }
    }
}
