import Document
import Host
import Testing

@testable import NodeConfig

/// The schema and the page come from the forms that read documents; these tests hold the published files to them.
@Suite struct ReferenceTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    @Test func thePublishedFilesAreCurrent() throws {
        let page = try File.readText(Path.join(Self.package, "docs/node-configuration.md"))
        #expect(
            page == ReferencePage.text,
            "write it anew: .build/debug/nodectl config schema --markdown > docs/node-configuration.md")
        let schema = try File.readText(Path.join(Self.package, "docs/nodectl.schema.json"))
        #expect(
            schema == JSON.text(NodeConfiguration.schema, pretty: true),
            "write it anew: .build/debug/nodectl config schema > docs/nodectl.schema.json")
    }

    @Test func everyExampleIsValid() throws {
        var count = 0
        func visit(_ keys: [KeyDescription], _ path: String) throws {
            for key in keys {
                let name = path + key.key
                let diagnostics = Diagnostics()
                key.check(try YAML.parse(key.example, file: name), diagnostics)
                #expect(diagnostics.items.isEmpty, "\(name): \(diagnostics.items)")
                #expect(key.summary.hasSuffix("."), "\(name)")
                count += 1
                try visit(key.form.keys, name + ".")
            }
        }
        try visit(NodeConfiguration.form.description.keys, "")
        #expect(count > 100)
    }

    @Test func theExampleOfThePageIsValid() throws {
        let parts = ReferencePage.text.split(separator: "```yaml\n", maxSplits: 1)
        let example = try #require(parts.last?.split(separator: "```", maxSplits: 1).first)
        let configuration = try NodeConfiguration.read(Array(example.utf8), file: "the example")
        #expect(configuration.network.interfaces.count == 5)
    }

    /// Broken documents whose mistake a schema cannot say: what no single value shows, and what is no YAML.
    @Test func theSchemaAgreesWithTheReader() throws {
        guard try Command("python3", ["-c", "import jsonschema"]).run().status == 0 else {
            print("skipped: python3 has no jsonschema (package python3-jsonschema)")
            return
        }
        let folder = Path.parent(#filePath)
        var documents: [(name: String, node: Document.Node, isFine: Bool)] = []
        for name in try Folder.list(Path.join(folder, "fail")) {
            let diagnostics = Diagnostics()
            let bytes = try File.read(Path.join(folder, "fail/" + name))
            guard let node = YAML.parse(bytes, file: name, diagnostics: diagnostics), !diagnostics.hasErrors else {
                continue
            }
            documents.append((name, node, false))
        }
        documents.append(("full", try YAML.parse(try File.read(Path.join(folder, "ok/full.yaml")), file: "full"), true))
        let job: JSONValue = [
            "schema": NodeConfiguration.schema, "documents": .array(documents.map { JSONValue($0.node) }),
        ]
        let program = """
            import json, sys, jsonschema
            job = json.load(sys.stdin)
            jsonschema.Draft202012Validator.check_schema(job["schema"])
            validator = jsonschema.Draft202012Validator(job["schema"])
            print(json.dumps([validator.is_valid(document) for document in job["documents"]]))
            """
        let output = try Command("python3", ["-c", program], input: .bytes(JSON.bytes(job))).run().check().output
        let answers = try #require(try JSON.parse(output, file: "python").sequence).map { $0.bool }
        #expect(answers.count == documents.count)
        for (answer, document) in zip(answers, documents) where document.isFine {
            #expect(answer == true, "\(document.name)")
        }
        // Most mistakes of single values are found by editors, too.
        #expect(answers.count { $0 == false } > 60)
    }
}
