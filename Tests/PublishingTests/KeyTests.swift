import Glibc
import Host
import Publishing
import Testing
import Transfer
import Updates

/// Keys in files: who may read them, and what opens them.
@Suite struct KeyTests {
    /// The other reader of the same files.
    private func openssl(_ key: StoredKey, passphrase: String) throws -> Command.Result {
        try Command(
            "openssl", ["pkey", "-in", try #require(key.privateFile), "-passin", "env:SECRET", "-pubout"],
            environment: ["SECRET": passphrase]
        ).run()
    }

    @Test func opensslReadsWhatWeWrite() throws {
        try Workbench.run { bench in
            let locked = try bench.generate("root", encrypted: true)[0]
            let plain = try bench.generate("timestamp")[0]
            for key in [locked, plain] {
                let read = try openssl(key, passphrase: "correct horse").check()
                #expect(read.text == (try File.readText(key.publicFile)))
            }
            #expect(try openssl(locked, passphrase: "wrong").status != 0)
            let text = try File.readText(try #require(locked.privateFile))
            #expect(text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
            let form = try Command("openssl", ["asn1parse", "-in", try #require(locked.privateFile)]).run().check().text
            #expect(form.contains("scrypt") && form.contains("aes-256-cbc"))
        }
    }

    @Test func weReadWhatOpensslWrites() throws {
        try Workbench.run { bench in
            let path = Path.join(bench.folder, "key.pem")
            try Command(
                "openssl", ["genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "env:SECRET", "-out", path],
                environment: ["SECRET": "battery"]
            ).run().check()
            let text = try File.read(path)
            let secret = SecretText(copying: Array("battery".utf8))
            #expect(try PrivateKeyFile.key(text, passphrase: secret, name: "key") != nil)
            #expect(try PrivateKeyFile.key(text, passphrase: SecretText(copying: [1]), name: "key") == nil)
            #expect(try PrivateKeyFile.key(text, passphrase: nil, name: "key") == nil)
            try Command("openssl", ["genpkey", "-algorithm", "RSA", "-out", path]).run().check()
            let other = failure { _ = try PrivateKeyFile.key(try File.read(path), passphrase: nil, name: "\"x\"") }
            #expect(other?.message == "\"x\" is not an Ed25519 private key in PEM form")
            for text in [[], Array("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8)] as [[UInt8]]
            {
                #expect(
                    failure { _ = try PrivateKeyFile.key(text, passphrase: nil, name: "x") }?.status == .invalidInput)
            }
        }
    }

    @Test func filesAreForTheirOwnerAlone() throws {
        try Workbench.run { bench in
            let key = try bench.generate("timestamp")[0]
            let file = try #require(key.privateFile)
            func mode(_ path: String) throws -> String {
                String(try Command("stat", ["--format=%a", path]).run().check().text.dropLast())
            }
            #expect(try mode(bench.keys.path) == "700")
            #expect(try mode(file) == "600")
            try bench.generate("root", "targets", "snapshot")
            let root = try bench.root()
            chmod(file, 0o644)
            let open = failure { try bench.install(root) }
            #expect(open?.status == .invalidInput)
            #expect(open?.message == "the private key \"\(file)\" is open to others than you")
            #expect(open?.hint?.hasPrefix("chmod 600") == true)
            chmod(file, 0o600)
            chmod(bench.keys.path, 0o750)
            #expect(failure { _ = try bench.keys.keys() }?.message.hasPrefix("the key folder") == true)
        }
    }

    @Test func aWrongPassphraseOpensNothing() throws {
        try Workbench.run { bench in
            var bench = bench
            try bench.generate("root", "targets", "snapshot")
            let key = try bench.generate("timestamp", encrypted: true)[0]
            let root = try bench.root()
            bench.passphrase = .known(SecretText(copying: Array("guess".utf8)))
            let wrong = failure { try bench.install(root) }
            #expect(wrong?.status == .invalidInput)
            #expect(wrong?.message == "the passphrase does not open the \(key.title)")
            #expect(wrong.map { "\($0)".contains("guess") } == false)
            bench.passphrase = .none
            #expect(failure { try bench.install(root) }?.message.contains("there is no terminal to ask at") == true)
            #expect(!File.exists(Path.join(bench.repository, "metadata/timestamp.json")))
        }
    }

    @Test(arguments: [("pass word\n", "pass word"), ("a\r\nb\n", "a"), ("x", "x")])
    func aPassphraseIsTheFirstLineOfItsFile(content: String, expected: String) throws {
        try Workbench.run { bench in
            var bench = bench
            let path = Path.join(bench.folder, "passphrase")
            try File.write(path, content, mode: 0o600)
            try bench.generate("root", "targets", "snapshot")
            let key = try bench.keys.generate(.timestamp, passphrase: SecretText(copying: Array(expected.utf8)))
            bench.passphrase = .file(path)
            try bench.ring().require(
                RoleKeys(keyIDs: [key.id], threshold: 1), [key.id: key.metadataKey], title: "timestamp")
        }
    }

    @Test func secretsAreNotDescribed() {
        let secret = SecretText(copying: Array("hidden".utf8))
        #expect(!"\(secret) \(String(reflecting: secret)) \([secret])".contains("hidden"))
    }

    @Test func publicKeysAreReadStrictly() throws {
        try Workbench.run { bench in
            let key = try bench.generate("targets")[0]
            let text = try File.readText(key.publicFile)
            #expect(try PublicKeyFile.key(text, name: "x") == key.publicKey)
            for wrong in [
                "", text.replacing("MCow", with: "MCox"), text.replacing("PUBLIC", with: "PRIVATE"), text + "x",
            ] {
                #expect(failure { _ = try PublicKeyFile.key(wrong, name: "x") }?.status == .invalidInput)
            }
        }
    }
}
