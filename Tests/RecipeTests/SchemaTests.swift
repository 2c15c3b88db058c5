import Document
import Host
import Testing

@testable import Recipe

/// The published schema and the decoder come from one table; these tests hold them to the same answers.
@Suite struct SchemaTests {
    private static let recipes = Path.normalized(Path.join(Path.parent(#filePath), "../../recipes"))

    @Test func thePublishedSchemaIsTheCurrentOne() throws {
        let published = try File.readText(Path.join(Self.recipes, "recipe.schema.json"))
        let current = JSON.text(Recipe.schema, pretty: true)
        #expect(
            published == current, "write it anew: .build/debug/nodewright check --schema > recipes/recipe.schema.json")
    }

    /// Mistakes of shape, which both must find, and documents that both must accept.
    private static let samples = [
        "name: x", "name: X", "name: \"\"", "name: [x]", "nmae: x", "version: 1.0", "version: v 1", "version: true",
        "variant: ovirt-node", "variant: oVirt", "variant: 4",
        "arch: x86_64", "arch: amd64", "arch: ${arch}", "packages: [a, b]", "packages: [a, a]", "packages: a",
        "packages: [1]", "packages: [\"\"]", "repositories: lab", "repositories: [lab, {name: a}]",
        "repositories: [{baseurl: x}]", "repositories: [{name: a, priority: 100}]", "repositories: 5",
        "repositories: [{name: a, unsigned: allow}]", "repositories: [{name: a, unsigned: true}]",
        "weak-dependencies: true", "weak-dependencies: no", "overlays: [a, {path: b}]", "overlays: [{rules: []}]",
        "users: [{name: joe}]", "users: [{name: Joe}]", "users: [{name: joe, uid: -1}]",
        "users: [{name: joe, password: a b}]",
        "services: {enable: [a.service]}", "services: {enabled: [a]}", "services: {enable: [a b]}",
        "trim: {docs: remove}", "trim: {docs: true}", "trim: {files: [/a, {pattern: /b, optional: true}]}",
        "trim: {files: [{optional: true}]}", "trim: {files: [{pattern: [/a, /b]}]}", "trim: {files: [{pattern: 1}]}",
        "trim: {firmware: {referenced-only: true}}",
        "trim: {kernel-modules: {referenced-only: true}}", "image: {label: A_B}", "image: {label: A B}",
        "image: {compression: {algorithm: xz}}", "image: {compression: {level: 3}}",
        "image: {compression: {algorithm: zstd, level: 0}}",
        "image: {sizes: {esp: 1 GiB}}", "image: {sizes: {esp: big}}", "variables: {a: b, c-d: 1}",
        "variables: {a b: c}",
        "variables: {a: [b]}", "scripts: [a, {path: b, arguments: [c]}]", "scripts: [{arguments: [c]}]", "[]", "text",
    ]

    @Test func schemaAndDecoderAgree() throws {
        guard
            try Command("python3", ["-c", "import jsonschema"]).run().status == 0
        else {
            print("skipped: python3 has no jsonschema (package python3-jsonschema)")
            return
        }
        var nodes: [(name: String, node: Node, isFine: Bool)] = []
        for text in Self.samples {
            let node = try YAML.parse(text, file: "x")
            let diagnostics = Diagnostics()
            RecipeShape.recipe.check(node, name: "the recipe", stage: .part, diagnostics)
            nodes.append((text, node, !diagnostics.hasErrors))
        }
        for name in try Folder.walk(Self.recipes) where name.hasSuffix(".yaml") {
            nodes.append((name, try YAML.parse(try File.read(Path.join(Self.recipes, name)), file: name), true))
        }
        let job: JSONValue = ["schema": Recipe.schema, "documents": .array(nodes.map { JSONValue($0.node) })]
        let program = """
            import json, sys, jsonschema
            job = json.load(sys.stdin)
            jsonschema.Draft202012Validator.check_schema(job["schema"])
            validator = jsonschema.Draft202012Validator(job["schema"])
            print(json.dumps([validator.is_valid(document) for document in job["documents"]]))
            """
        let output = try Command("python3", ["-c", program], input: .bytes(JSON.bytes(job))).run().check().output
        let answers = try #require(try JSON.parse(output, file: "python").sequence).map { $0.bool }
        #expect(answers.count == nodes.count)
        for (answer, sample) in zip(answers, nodes) {
            #expect(
                answer == sample.isFine,
                "\(sample.name): the schema says \(answer == true), the decoder \(sample.isFine)")
        }
        #expect(nodes.contains { $0.isFine } && nodes.contains { !$0.isFine })
    }
}
