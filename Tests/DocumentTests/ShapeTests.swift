import Document
import Testing

@Suite struct ShapeTests {
    private static let word = TextRule(first: "a-z", rest: "a-z0-9_.\\\\-", limit: 5, words: "a word")
    private static let shape = Shape.mapping([
        .init("name", .text(word), required: true, "The name."),
        .init("version", .text(.line, orNumber: true), "The version."),
        .init("size", .integer(1...9), "The size."),
        .init("on", .bool, "Whether."),
        .init("kind", .choice(["big", "small"]), "Which."),
        .init("list", .list(.either([.text(word), .mapping([.init("a", .bool, "A.")])])), "Some."),
        .init("free", .dictionary(key: word, .integer(0...1)), "Any."),
        .init("secret", .text(TextRule(first: "$", rest: "a-z", limit: 9, words: "a hash", isSecret: true)), "Hidden."),
    ])

    @Test(arguments: [
        ("{name: a}", []),
        (
            "{name: ab_.-, version: 1.10, size: 9, on: true, kind: big, list: [a, {a: true}], free: {k: 1}, secret: $a}",
            []
        ),
        ("{name: 'a\\'}", []),
        ("{}", ["1:1: error: \"it\" needs the key \"name\""]),
        ("{name: abcdef}", ["1:8: error: \"name\" must be a word, but this is \"abcdef\""]),
        ("{name: ''}", ["1:8: error: \"name\" must be a word, but this is empty"]),
        ("{name: 1}", ["1:8: error: \"name\" must be a word, but this is \"1\""]),
        ("{name: a, size: 10}", ["1:17: error: \"size\" must be a whole number from 1 to 9, but this is \"10\""]),
        ("{name: a, on: on}", ["1:15: error: \"on\" must be true or false, but this is \"on\""]),
        ("{name: a, kind: bigg}", ["1:17: error: \"kind\" must be \"big\" or \"small\", but this is \"bigg\""]),
        ("{name: a, list: [a, a]}", ["1:21: error: \"a\" is given twice in \"list\""]),
        ("{name: a, list: [[]]}", ["1:18: error: \"list\" must be a word, or a mapping, but this is a list"]),
        ("{name: a, list: [{b: 1}]}", ["1:19: error: unknown key \"b\""]),
        (
            "{name: a, free: {K: 2}}",
            [
                "1:18: error: the key \"K\" must be a word",
                "1:21: error: \"K\" must be a whole number from 0 to 1, but this is \"2\"",
            ]
        ),
        // A secret is never repeated.
        ("{name: a, secret: hunter}", ["1:19: error: \"secret\" must be a hash, but this is something else"]),
        ("{name: a, secret: 1234}", ["1:19: error: \"secret\" must be a hash, but this is a whole number"]),
    ])
    func checks(text: String, reports: [String]) throws {
        let diagnostics = Diagnostics()
        Self.shape.check(try YAML.parse(text, file: "x"), name: "it", stage: .part, diagnostics)
        #expect(diagnostics.sorted.map { "\($0.position): error: \($0.message)" } == reports.map { "x:" + $0 })
    }

    @Test func variablesWaitUntilTheyAreReplaced() throws {
        let node = try YAML.parse("{name: '${longer}', kind: '${k}', list: [a, a]}", file: "x")
        func count(_ stage: Shape.Stage) -> Int {
            let diagnostics = Diagnostics()
            Self.shape.check(node, name: "it", stage: stage, diagnostics)
            return diagnostics.items.count
        }
        #expect(count(.part) == 1)  // the list
        #expect(count(.merged) == 2)  // the two texts
        #expect(count(.incomplete) == 0)
    }

    @Test func schemaSaysTheSame() throws {
        let schema = Self.shape.schema(title: "T", identifier: "urn:t")
        #expect(schema["additionalProperties"] == false)
        #expect(schema["required"] == ["name"])
        let name = schema["properties"]?["name"]
        #expect(name?["pattern"] == .string("^(?:[a-z][a-z0-9_.\\\\-]{0,4}|.*\\$\\{.*)$"))
        #expect(schema["properties"]?["size"]?["maximum"] == 9)
    }
}
