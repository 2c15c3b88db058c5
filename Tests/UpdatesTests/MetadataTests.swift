import Document
import Host
import Testing
import Transfer
import Updates

/// The types of metadata: what is read, what is refused and where, what is written.
struct MetadataTests {
    private static let key =
        #""k": {"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "00"}}"#
    private static let header = #""spec_version": "1.0.31", "version": 1, "expires": "2030-01-01T00:00:00Z""#
    private static let role = #"{"keyids": ["k"], "threshold": 1}"#
    private static let root =
        #"{"_type": "root", \#(header), "keys": {\#(key)}, "roles": {"root": \#(role), "timestamp": \#(role), "snapshot": \#(role), "targets": \#(role)}}"#
    private static let timestamp = #"{"_type": "timestamp", \#(header), "meta": {"snapshot.json": {"version": 1}}}"#
    private static let snapshot = #"{"_type": "snapshot", \#(header), "meta": {"targets.json": {"version": 1}}}"#
    private static let hash = String(repeating: "0a", count: 32)
    private static let delegation =
        #"{"name": "d", "keyids": ["k"], "threshold": 1, "terminating": false, "paths": ["*"]}"#
    private static let targets =
        #"{"_type": "targets", \#(header), "targets": {"a": {"length": 0, "hashes": {"sha256": "\#(hash)"}}}, "delegations": {"keys": {\#(key)}, "roles": [\#(delegation)]}}"#

    /// Reads metadata of the kind that its text is about.
    private static func read(_ text: String, _ kind: MetadataKind) throws -> JSONValue {
        let node = try JSON.parse(text, file: "file")
        return switch kind {
        case .root: try RootMetadata(node).json
        case .timestamp: try TimestampMetadata(node).json
        case .snapshot: try SnapshotMetadata(node).json
        case .targets: try TargetsMetadata(node).json
        }
    }

    private static func text(_ kind: MetadataKind) -> String {
        switch kind {
        case .root: root
        case .timestamp: timestamp
        case .snapshot: snapshot
        case .targets: targets
        }
    }

    @Test(arguments: MetadataKind.allCases) func whatIsReadIsWrittenAgain(_ kind: MetadataKind) throws {
        let text = Self.text(kind)
        var expected = JSONValue(try JSON.parse(text, file: "file"))
        // What is left out is the same as false.
        if kind == .root, case .object(let members) = expected {
            expected = .object(members + [JSONValue.Member("consistent_snapshot", false)])
        }
        #expect(JSON.canonical(try Self.read(text, kind)) == JSON.canonical(expected))
    }

    /// In every text, `from` becomes `to`, which is refused with these words.
    @Test(
        arguments: [
            (.timestamp, #""_type": "timestamp""#, #""_type": "root""#, "this is not timestamp metadata, but \"root\""),
            (
                .timestamp, #""_type": "timestamp""#, #""_type": 1"#,
                "this is not timestamp metadata, but a whole number"
            ),
            (.timestamp, #""_type": "timestamp", "#, "", "\"_type\" is missing"),
            (.timestamp, "1.0.31", "2.0.31", "version \"2.0.31\" of the specification is not supported"),
            (.timestamp, "1.0.31", "1", "is not supported"), (.timestamp, "1.0.31", "1.0.31.1", "is not supported"),
            (.timestamp, "1.0.31", "10.0", "is not supported"), (.timestamp, "1.0.31", "1.", "is not supported"),
            (.timestamp, "1.0.31", "1.0.x", "is not supported"),
            (
                .timestamp, #""version": 1, "#, #""version": 0, "#,
                "\"version\" must be a whole number from 1 on, but is 0"
            ),
            (.timestamp, #""version": 1, "#, #""version": -1, "#, "but is -1"),
            (.timestamp, #""version": 1, "#, #""version": 1.0, "#, "but is a number"),
            (.timestamp, #""version": 1, "#, #""version": "1", "#, "but is text"),
            (.timestamp, #""version": 1, "#, #""version": true, "#, "but is true or false"),
            (.timestamp, #""version": 1, "#, #""version": null, "#, "but is nothing"),
            (.timestamp, #""version": 1, "#, #""version": 9223372036854775808, "#, "does not fit into 64 bits"),
            (.timestamp, #""version": 1, "#, #""version": 1, "version": 2, "#, "the key \"version\" is given twice"),
            (.timestamp, "2030-01-01T00:00:00Z", "2030-01-01", "must be a time like"),
            (.timestamp, "2030-01-01T00:00:00Z", "2030-02-29T00:00:00Z", "must be a time like"),
            (.timestamp, "2030-01-01T00:00:00Z", "2030-01-01T24:00:00Z", "must be a time like"),
            (.timestamp, "2030-01-01T00:00:00Z", "2030-01-01T00:00:00+00:00", "must be a time like"),
            (.timestamp, "2030-01-01T00:00:00Z", "2030-01-01T00:00:00.5Z", "must be a time like"),
            (.timestamp, "snapshot.json", "targets.json", "\"snapshot.json\" is missing"),
            (.timestamp, #"{"version": 1}"#, #"{"version": 0}"#, "from 1 on"),
            (.timestamp, #"{"version": 1}"#, #"{"version": 1, "length": -1}"#, "\"length\" must be"),
            (.timestamp, #"{"version": 1}"#, #"{"version": 1, "hashes": []}"#, "\"hashes\" must be an object"),
            (.timestamp, #"{"version": 1}"#, #"{"version": 1, "hashes": {}}"#, "at least one hash is needed"),
            (.timestamp, #"{"version": 1}"#, #"{"version": 1, "hashes": {"sha256": "00"}}"#, "this is no sha256 hash"),
            (.snapshot, #"{"targets.json": {"version": 1}}"#, "[]", "\"meta\" must be an object, but is a list"),
            (.snapshot, #"{"version": 1}"#, "1", "this must be an object, but is a whole number"),
            (.root, #""timestamp": {"#, #""other": {"#, "\"timestamp\" is missing"),
            (.root, #"["k"]"#, #"["k", "k"]"#, "\"keyids\" names one thing twice"),
            (.root, #"["k"]"#, #"[1]"#, "must be text"), (.root, #"["k"]"#, #""k""#, "must be a list"),
            (.root, #""threshold": 1"#, #""threshold": 0"#, "\"threshold\" must be a whole number from 1 on"),
            (.root, #""keyval": {"public": "00"}"#, #""keyval": {}"#, "\"public\" is missing"),
            (.root, #""keyval": {"public": "00"}"#, #""keyval": "00""#, "this must be an object"),
            (.root, #""keys": {"#, #""consistent_snapshot": 1, "keys": {"#, "must be true or false"),
            (.targets, #""length": 0"#, #""length": -1"#, "\"length\" must be"),
            (.targets, #""name": "d""#, #""name": "targets""#, "a delegated role cannot be named \"targets\""),
            (.targets, #""name": "d""#, #""name": """#, "a delegated role cannot be named \"\""),
            (.targets, #""terminating": false, "#, "", "\"terminating\" is missing"),
            (.targets, #", "paths": ["*"]"#, "", "either \"paths\" or \"path_hash_prefixes\""),
            (.targets, #""paths": ["*"]"#, #""paths": ["*"], "path_hash_prefixes": ["0"]"#, "either"),
            (
                .targets, #""roles": [\#(delegation)"#, #""roles": [\#(delegation), \#(delegation)"#,
                "have the same name"
            ),
        ] as [(MetadataKind, String, String, String)])
    func isRefused(_ kind: MetadataKind, _ from: String, _ to: String, _ words: String) throws {
        let text = Self.text(kind).replacing(from, with: to)
        try #require(text != Self.text(kind))
        #expect {
            _ = try Self.read(text, kind)
        } throws: { error in
            let failure = error as? Failure
            return failure?.status == .invalidInput && failure?.message.contains(words) ?? false
                && failure?.message.hasPrefix("file:1:") ?? false
        }
    }

    /// A key of a type that is not known here is kept as it is, and verifies nothing.
    @Test func unknownKeys() throws {
        let text =
            #"{"keytype": "sigstore-oidc", "scheme": "Fulcio", "keyval": {"identity": "a", "issuer": "b"}, "x": 1}"#
        let key = try MetadataKey(try JSON.parse(text, file: "key"))
        #expect(JSON.canonical(key.json) == JSON.canonical(JSONValue(try JSON.parse(text, file: "key"))))
        #expect(!key.verifies([], over: []))
        let ed25519 = try TestRepository.key(1)
        let signature = try ed25519.signature(over: [1])
        for (type, scheme, isRight) in [
            ("ed25519", "ed25519", true), ("ed25519", "ed448", false), ("rsa", "ed25519", false),
            ("ecdsa", "ecdsa-sha2-nistp256", false), ("rsa", "rsassa-pss-sha256", false),
        ] {
            let key = MetadataKey(type: type, scheme: scheme, publicValue: ed25519.publicKey.hex)
            #expect(key.verifies(signature, over: [1]) == isRight, "\(type) \(scheme)")
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2000-02-29T12:34:56Z", 951_827_696),
        ("2038-01-19T03:14:08Z", 2_147_483_648), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
    ])
    func expiry(_ text: String, _ seconds: Int) {
        #expect(Expiry(text)?.seconds == seconds)
        #expect(Expiry(seconds: seconds).description == text)
    }

    @Test func expiryBeginsWithItsSecond() {
        let expiry = Expiry(seconds: 100)
        #expect(!expiry.isPast(at: 99))
        #expect(expiry.isPast(at: 100))
    }

    @Test func envelopeIsWrittenAsItWasRead() throws {
        let text =
            #"{"signatures": [{"keyid": "k", "sig": "0aFF", "x": 1}, {"keyid": "l", "sig": "no hex"}], "signed": {"b": 1, "a": "\u00e9"}, "more": []}"#
        let envelope = try SignedEnvelope(parsing: Array(text.utf8), name: "file")
        #expect(envelope.signatures.map(\.bytes) == [[10, 255], []])
        #expect(String(decoding: envelope.signedBytes, as: UTF8.self) == #"{"a":"é","b":1}"#)
        let written = JSONValue(try JSON.parse(envelope.file(), file: "file"))
        #expect(JSON.canonical(written) == JSON.canonical(JSONValue(try JSON.parse(text, file: "file"))))
        #expect(try JSON.parse(envelope.file(pretty: false), file: "file")["signed"]?["a"]?.string == "é")
    }

    @Test(arguments: [
        ("[]", "this must be an object"), ("{}", "\"signed\" is missing"),
        (#"{"signed": {}}"#, "\"signatures\" is missing"),
        (#"{"signed": {}, "signatures": {}}"#, "\"signatures\" must be a list"),
        (#"{"signed": {}, "signatures": [{"keyid": "k"}]}"#, "\"sig\" is missing"),
        (
            #"{"signed": {}, "signatures": [{"keyid": "k", "sig": ""}, {"keyid": "k", "sig": "00"}]}"#,
            "has signed twice"
        ),
        (#"{"signed": {"a": 1.5}, "signatures": []}"#, "the number 1.5 cannot be signed"),
        (#"{"signed": {"a": 1e2}, "signatures": []}"#, "cannot be signed"),
        (#"{"signed": {}, "signatures": []} x"#, "expected the end of the text"),
        (#"{"signed": "\ud800", "signatures": []}"#, "stands alone"),
        (String(repeating: "[", count: 100_000), "nest deeper than 64 levels"),
    ])
    func envelopeIsRefused(_ text: String, _ words: String) {
        #expect {
            try SignedEnvelope(parsing: Array(text.utf8), name: "file")
        } throws: { ($0 as? Failure)?.message.contains(words) ?? false }
    }

    @Test func signaturesAreReplacedByName() throws {
        let metadata = TimestampMetadata(
            header: MetadataHeader(version: 1, expires: TestRepository.expiry), snapshot: MetadataFile(version: 1))
        var envelope = try SignedEnvelope(metadata, name: "timestamp")
        let (first, second) = (try TestRepository.key(1), try TestRepository.key(2))
        try envelope.sign(with: first, keyID: "k")
        try envelope.sign(with: second, keyID: "k")
        try envelope.sign(with: first, keyID: "l")
        let keys = [
            "k": MetadataKey(ed25519: second.publicKey), "l": MetadataKey(ed25519: first.publicKey),
        ]
        #expect(envelope.signatures.count == 2)
        #expect(envelope.validSigners(of: RoleKeys(keyIDs: ["k", "l"]), keys: keys) == ["k", "l"])
        #expect(envelope.validSigners(of: RoleKeys(keyIDs: ["l"]), keys: keys) == ["l"])
        envelope.removeSignature(of: "l")
        #expect(envelope.validSigners(of: RoleKeys(keyIDs: ["k", "l"]), keys: keys) == ["k"])
        #expect(envelope.validSigners(of: RoleKeys(keyIDs: ["k"]), keys: [:]) == [])
        #expect(try envelope.role(TimestampMetadata.self) == metadata)
    }

    /// The name that the reference implementation gives to the same key.
    @Test func namesOfKeys() throws {
        let key = MetadataKey(
            type: "ed25519", scheme: "ed25519",
            publicValue: "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c")
        #expect(
            try key.newID()
                == Checksum.of(
                    Array(
                        #"{"keytype":"ed25519","keyval":{"public":"\#(key.publicValue)"},"scheme":"ed25519"}"#.utf8)
                ).hex)
    }

    @Test(arguments: [
        ("*", "a", true), ("*", "a/b", false), ("*", "", true), ("a/*", "a/b", true), ("a/*", "a/b/c", false),
        ("a/*/c", "a/b/c", true), ("?", "é", true), ("?", "", false), ("*.*", "a.b.c", true), ("*a*b", "xaxxb", true),
        ("*a*b", "xaxxbx", false), ("[a-c]", "b", true), ("[a-c]", "d", false), ("[!a-c]", "d", true),
        ("[!a-c]", "b", false), ("[]]", "]", true), ("[!]]", "]", false), ("[", "[", true), ("[a", "[a", true),
        ("[c-a]", "b", false), ("[a-]", "-", true), ("\\*", "\\x", true), ("\\*", "*", false), ("[^a]", "^", true),
        ("*\u{0}", "x\u{0}", true), ("*", "a\u{0}b", true), ("a", "a\u{0}", false), ("/a", "a", false),
        ("A", "a", false),
    ])
    func patterns(_ pattern: String, _ path: String, _ matches: Bool) {
        #expect(PathPattern(pattern).matches(path) == matches)
    }

    /// No pattern takes longer than its length times that of the path.
    @Test func aPatternOfManyStarsIsQuick() {
        let start = monotonicSeconds()
        let pattern = PathPattern(String(repeating: "*a", count: 2000))
        #expect(!pattern.matches(String(repeating: "a", count: 1999)))
        #expect(monotonicSeconds() - start < 10)
    }
}
