import Host
import TestSupport
import Testing
import Transfer

@Suite struct SignatureTests {
    /// RFC 8032, section 7.1: seed, public key, message, signature.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func ed25519(_ seed: String, _ publicKey: String, _ message: String, _ signature: String) throws {
        let key = try Ed25519PrivateKey(seed: try #require(Hexadecimal.bytes(seed)))
        #expect(key.publicKey.hex == publicKey)
        let bytes = try #require(Hexadecimal.bytes(message))
        let made = try key.signature(over: bytes)
        #expect(Hexadecimal.text(made) == signature)
        let verifier = try #require(Ed25519PublicKey(hex: publicKey).flatMap { PublicKey($0) })
        #expect(verifier.verifies(made, over: bytes))
        #expect(!verifier.verifies(made, over: bytes + [0]))
        for index in made.indices {
            var wrong = made
            wrong[index] ^= 1
            #expect(!verifier.verifies(wrong, over: bytes))
        }
        for wrong in [[], Array(made.dropLast()), made + [0]] { #expect(!verifier.verifies(wrong, over: bytes)) }
    }

    @Test func newKeysDiffer() throws {
        let (first, second) = (try Ed25519PrivateKey.random(), try Ed25519PrivateKey.random())
        #expect(first.seed != second.seed)
        #expect(first.publicKey != second.publicKey)
        #expect(Ed25519PublicKey(hex: "00") == nil)
        #expect(Ed25519PublicKey(hex: String(repeating: "0", count: 63) + "g") == nil)
        #expect(throws: Failure.self) { try Ed25519PrivateKey(seed: [1, 2, 3]) }
    }

    /// Keys and signatures that OpenSSL's program makes.
    private static func withKeys(_ body: (_ folder: String, _ openssl: ([String]) throws -> Void) throws -> Void) throws
    {
        try Folder.withTemporary { folder throws in
            try File.write(Path.join(folder, "message"), "message")
            try body(folder) { try Command("openssl", $0, folder: folder).run().check() }
        }
    }

    private static let message = Array("message".utf8)

    @Test func rsaPSS() throws {
        try Self.withKeys { folder, openssl in
            func signature(_ options: [String], key: String = "key") throws -> [UInt8] {
                try openssl(["dgst", "-sign", key, "-out", "signature"] + options + ["message"])
                return try File.read(Path.join(folder, "signature"))
            }
            func key(_ bits: Int) throws -> String {
                try openssl(["genrsa", "-out", "key", "\(bits)"])
                try openssl(["rsa", "-in", "key", "-pubout", "-out", "public"])
                return try File.readText(Path.join(folder, "public"))
            }
            let pem = try key(2048)
            let verifier = try #require(PublicKey(pem: pem, scheme: .rsaPSSSHA256))
            let pss = ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
            let right = try signature(pss)
            #expect(verifier.verifies(right, over: Self.message))
            #expect(!verifier.verifies(right, over: Self.message + [0]))
            var wrong = right
            wrong[100] ^= 1
            #expect(!verifier.verifies(wrong, over: Self.message))
            #expect(!verifier.verifies([], over: Self.message))
            #expect(!verifier.verifies(try signature(["-sha256"]), over: Self.message), "another padding")
            #expect(
                !verifier.verifies(try signature(["-sha512"] + pss.dropFirst()), over: Self.message), "another hash")
            #expect(
                !verifier.verifies(try signature(pss.dropLast() + ["rsa_pss_saltlen:20"]), over: Self.message),
                "another salt")
            #expect(PublicKey(pem: pem, scheme: .ecdsaSHA256) == nil)
            #expect(PublicKey(pem: try File.readText(Path.join(folder, "key")), scheme: .rsaPSSSHA256) == nil)
            #expect(PublicKey(pem: try key(1024), scheme: .rsaPSSSHA256) == nil, "too short a key")
        }
    }

    @Test func ecdsa() throws {
        try Self.withKeys { folder, openssl in
            func key(_ curve: String) throws -> String {
                try openssl(["ecparam", "-name", curve, "-genkey", "-noout", "-out", "key"])
                try openssl(["ec", "-in", "key", "-pubout", "-out", "public"])
                return try File.readText(Path.join(folder, "public"))
            }
            #expect(PublicKey(pem: try key("secp384r1"), scheme: .ecdsaSHA256) == nil, "another curve")
            #expect(PublicKey(pem: try key("secp256k1"), scheme: .ecdsaSHA256) == nil, "another curve")
            let pem = try key("prime256v1")
            let verifier = try #require(PublicKey(pem: pem, scheme: .ecdsaSHA256))
            try openssl(["dgst", "-sha256", "-sign", "key", "-out", "signature", "message"])
            let right = try File.read(Path.join(folder, "signature"))
            #expect(verifier.verifies(right, over: Self.message))
            #expect(!verifier.verifies(right, over: Self.message + [0]))
            for wrong in [[], [0x30, 0], Array(right.dropLast()), right + [0]] {
                #expect(!verifier.verifies(wrong, over: Self.message))
            }
            #expect(PublicKey(pem: pem, scheme: .rsaPSSSHA256) == nil)
            // Damaged keys are refused, or are other keys.
            var mutations = Mutations(seed: 1, pieces: ["=", "A", "\n", "-----BEGIN", "-----END PUBLIC KEY-----"])
            for _ in 0..<3000 {
                let damaged = String(decoding: mutations.mutate(Array(pem.utf8)), as: UTF8.self)
                guard let other = PublicKey(pem: damaged, scheme: .ecdsaSHA256) else { continue }
                _ = other.verifies(right, over: Self.message)
            }
        }
    }

    @Test(arguments: [
        "", "\u{0}", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", String(repeating: "A", count: 100_000),
    ])
    func noKey(_ pem: String) {
        #expect(PublicKey(pem: pem, scheme: .ecdsaSHA256) == nil)
        #expect(PublicKey(pem: pem, scheme: .rsaPSSSHA256) == nil)
    }
}
