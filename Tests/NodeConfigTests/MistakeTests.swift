import Document
import Host
import NodeConfig
import Testing

/// Every document in `fail/` gives exactly the messages that stand at its end, in lines that begin with `#! `.
@Suite struct MistakeTests {
    private static let folder = Path.join(Path.parent(#filePath), "fail")

    @Test func brokenDocumentsGiveTheExpectedMessages() throws {
        let names = try Folder.list(Self.folder)
        #expect(names.count >= 150)
        let records = Environment.variable("NODEWRIGHT_RECORD") != nil
        for name in names {
            let path = Path.join(Self.folder, name)
            let bytes = try File.read(path)
            let end = Self.trailer(of: bytes)
            let diagnostics = Diagnostics()
            let configuration = NodeConfiguration.read(Array(bytes[..<end]), file: name, diagnostics)
            let found = diagnostics.sorted.flatMap { "\($0)".split(separator: "\n") }.map { "#! \($0)\n" }.joined()
            #expect(configuration == nil, "\(name)")
            #expect(diagnostics.hasErrors, "\(name)")
            if records {
                try File.write(path, bytes[..<end] + Array(found.utf8))
                Issue.record("recorded \(name); review it and run again without NODEWRIGHT_RECORD")
            } else {
                let expected = String(decoding: bytes[end...], as: UTF8.self)
                #expect(found == expected, "NODEWRIGHT_RECORD=1 swift test --filter MistakeTests writes \(name) anew")
            }
        }
    }

    /// Where the lines with the messages begin.
    private static func trailer(of bytes: [UInt8]) -> Int {
        var start = 0
        for index in bytes.indices where index == 0 || bytes[index - 1] == 0x0A {
            start = index
            if bytes[index...].starts(with: Array("#! ".utf8)) { return start }
        }
        return bytes.count
    }

    @Test(arguments: [
        ("{\"schemaVersion\": 1, \"hostname\": \"node_1\"}", "a.json:1:34: error: \"hostname\" must be a host name"),
        ("{\"schemaVersion\": 1,}", "a.json:1:21: error: expected a key in double quotes, but found \"}\""),
        (
            "{\"schemaVersion\": 1, \"schemaVersion\": 2}",
            "a.json:1:22: error: the key \"schemaVersion\" is given twice"
        ),
        ("schemaVersion: 1", "a.json:1:1: error: expected a value, but found \"s\""),
        ("", "a.json:1:1: error: expected a value, but the text ends here"),
    ])
    func brokenJSONGivesPlaces(text: String, expected: String) {
        let diagnostics = Diagnostics()
        #expect(NodeConfiguration.read(Array(text.utf8), file: "a.json", diagnostics) == nil)
        #expect(diagnostics.sorted.first.map { "\($0)".hasPrefix(expected) } == true, "\(diagnostics.sorted)")
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let diagnostics = Diagnostics()
        let bytes = Array("schemaVersion: 1\nhostname: ".utf8) + [0xFF, 0xFE]
        #expect(NodeConfiguration.read(bytes, file: "x.yaml", diagnostics) == nil)
        #expect(
            diagnostics.sorted.map { "\($0)" }.first?.hasPrefix("x.yaml:2:11: error: this byte is not UTF-8 text")
                == true)
    }

    @Test func largeDocumentsAreRefused() {
        let diagnostics = Diagnostics()
        let bytes = [UInt8](repeating: 0x23, count: NodeConfiguration.sizeLimit + 1)
        #expect(NodeConfiguration.read(bytes, file: "x.yaml", diagnostics) == nil)
        #expect(diagnostics.sorted.map(\.message) == ["the file has 1048577 bytes, but at most 1048576 are allowed"])
    }

    @Test func oneFailureHasAllMistakes() throws {
        let text = "schemaVersion: 1\nhostname: node_1\nssh: {port: 0}\n"
        let failure = try #require(throws: Failure.self) {
            _ = try NodeConfiguration.read(Array(text.utf8), file: "x.yaml")
        }
        #expect(failure.status == .invalidInput)
        #expect(failure.message.hasPrefix("x.yaml:2:11: \"hostname\" must be"))
        #expect(failure.details.count == 1)
        #expect(failure.details.first?.hasPrefix("x.yaml:3:13: error: \"port\" must be") == true)
    }

    @Test func secretsAreNotRepeated() throws {
        let text = """
            schemaVersion: 1
            administrator: {password-hash: hunter2hunter2}
            snmp: {password: hunter2}
            engine: {address: e, user: a, password: "hunter2\\nx", token: [hunter2]}
            ssh: {keys: ["-----BEGIN OPENSSH PRIVATE KEY-----\\nhunter2"]}
            """
        let diagnostics = Diagnostics()
        #expect(NodeConfiguration.read(Array(text.utf8), file: "x.yaml", diagnostics) == nil)
        #expect(diagnostics.items.count == 6)
        #expect(!diagnostics.items.contains { "\($0)".contains("hunter2") })
    }
}
