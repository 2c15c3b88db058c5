import Document
import Host
import Testing

@testable import NodeConfig

/// What is written is read again as it was.
@Suite struct RoundTripTests {
    private static let file = Path.join(Path.parent(#filePath), "ok/full.yaml")

    @Test func theFullDocumentIsCanonical() throws {
        let text = try File.readText(Self.file)
        let configuration = try NodeConfiguration.read(Array(text.utf8), file: Self.file)
        #expect(configuration.yaml == text)
    }

    @Test func theFullDocumentHasEveryKey() throws {
        let tree = try YAML.parse(try File.read(Self.file), file: Self.file)
        // A token excludes user and password.
        #expect(Self.missing(NodeConfiguration.form.description, [tree]) == ["engine.token"])
        let almost = try YAML.parse("hostname: x", file: "x")
        #expect(Self.missing(NodeConfiguration.form.description, [almost]).count == 16)
    }

    /// The keys of a form that none of several nodes has.
    private static func missing(_ form: FormDescription, _ nodes: [Document.Node]) -> [String] {
        let nodes = form.isList ? nodes.flatMap { $0.sequence ?? [] } : nodes
        return form.keys.flatMap { key -> [String] in
            let values = nodes.compactMap { $0[key.key] }
            if values.isEmpty { return [key.key] }
            return missing(key.form, values).map { key.key + "." + $0 }
        }
    }

    @Test func jsonAndYAMLSayTheSame() throws {
        let configuration = try NodeConfiguration.read(try File.read(Self.file), file: Self.file)
        let json = JSON.bytes(configuration.json)
        #expect(try NodeConfiguration.read(json, file: "full.json") == configuration)
        // JSON is YAML, too.
        #expect(try NodeConfiguration.read(json, file: "full.yaml") == configuration)
    }

    @Test func nothingGivenIsOneLine() throws {
        #expect(NodeConfiguration().yaml == "schemaVersion: 1\n")
        #expect(try NodeConfiguration.read(Array("schemaVersion: 1\n".utf8), file: "x") == NodeConfiguration())
    }

    @Test(arguments: [
        "", "true", "No", "~", "null", "1", "1.5", "0x10", "1e5", ".5", "-", "- a", "a: b", "a #b", "#a", "a\nb", "a\n",
        "a\n\n",
        "\n", " a", "a ", " a\n", "a \nb\n", "[a]", "{a}", "\"a\"", "'a'", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a",
        "?", ":",
        "a:", "äöü", "\u{FEFF}a", "a\u{85}b", "a\u{2028}b", "\u{7}", "2001:db8::1", "192.0.2.1", "1.2.3", "802.3ad",
        "2026-01-01",
        "12:30", "=", "<<", "a, b", "---", "...", "\t", "a\tb\n", "😀", "/a b", "64 GiB", "x\r\n", "y", "1_000", "+1",
        "0o7", "NaN",
        ".inf", "1.2.3.4/24", "1...2",
    ])
    func textsSurviveYAML(text: String) throws {
        let value: JSONValue = [
            "key": .string(text), "list": [.string(text), ["a": .string(text), "b": [.string(text)]]],
        ]
        let written = YAMLText.of(value)
        #expect(try JSONValue(YAML.parse(written, file: "x")) == value, "\(written)")
    }

    @Test func olderFormsAreMigratedAsCopies() throws {
        let old = try YAML.parse("name: node1", file: "x")
        let steps = [
            SchemaVersion.Step(version: 2) { Self.renamed($0, "host", "hostname") },
            SchemaVersion.Step(version: 1) { Self.renamed($0, "name", "host") },
        ]
        #expect(SchemaVersion.migrated(old, from: 1, by: steps)["hostname"]?.string == "node1")
        #expect(SchemaVersion.migrated(old, from: 3, by: steps)["name"]?.string == "node1")
        #expect(old["name"]?.string == "node1")
        #expect(SchemaVersion.steps.map(\.version).sorted() == Array(1..<NodeConfiguration.schemaVersion))
    }

    private static func renamed(_ node: Document.Node, _ from: String, _ to: String) -> Document.Node {
        let entries = (node.mapping ?? []).map {
            Document.Node.Entry(key: $0.key == from ? to : $0.key, position: $0.position, value: $0.value)
        }
        return Document.Node(.mapping(entries), at: node.position)
    }

    @Test func absentFamiliesFollowTheRule() throws {
        let text = """
            schemaVersion: 1
            network:
              interfaces:
                - name: a
                - {name: b, ipv6: {method: automatic}}
                - name: c
                - {name: v, vlan: {id: 5, parent: c}}
            """
        let network = try NodeConfiguration.read(Array(text.utf8), file: "x").network
        let methods = network.interfaces.map { "\(network.ipv4(of: $0).method) \(network.ipv6(of: $0).method)" }
        #expect(methods == ["dhcp automatic", "disabled automatic", "disabled disabled", "dhcp automatic"])
    }

    @Test(arguments: [
        ("members: [a]", 100), ("members: [a], miimon: 0", 0), ("members: [a], miimon: 50", 50),
        ("members: [a], options: {arp_interval: 100, arp_ip_target: 192.0.2.1}", 0),
    ])
    func bondsWatchTheirLinks(bond: String, expected: Int) throws {
        let text = "schemaVersion: 1\nnetwork: {interfaces: [{name: a}, {name: bond0, bond: {\(bond)}}]}"
        let network = try NodeConfiguration.read(Array(text.utf8), file: "x").network
        #expect(network["bond0"]?.bond?.effectiveMIIMonitoring == expected)
    }
}
