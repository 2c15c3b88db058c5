import Document
import TestSupport
import Testing

/// Damaged documents must end in a value or in an error, never in a crash or a hang.
@Suite struct FuzzTests {
    private static let documents = [
        "name: x\nversion: 1.0\nlist:\n  - a\n  - {b: [c, 'd', \"e\\u00e9\"]}\ntext: |\n  one\n  two\n# end\n",
        #"{"name":"x","list":[1,-2.5e3,true,null,{"k":"\ud83d\ude00\n"}],"empty":{}}"#,
        "a: &x [1, 2]\nb: *x\nc: !!str 1\n? d\n: >-\n  e\n  f\n---\ng: h\n",
    ]

    @Test(arguments: 0..<20) func mutationsNeverCrash(seed: Int) throws {
        let pieces = "[ ] { } : , - ? & * ! | > ' \" % @ ` # \\ \n \t".split(
            separator: " ", omittingEmptySubsequences: true)
        var mutations = Mutations(seed: seed, pieces: pieces.map(String.init) + [" "])
        for index in 0..<200 {
            let bytes = mutations.mutate(Array(Self.documents[index % 3].utf8))
            let diagnostics = Diagnostics()
            let tree = YAML.parse(bytes, file: "f", diagnostics: diagnostics)
            #expect(tree != nil || diagnostics.hasErrors)
            guard let node = try? JSON.parse(bytes, file: "f") else { continue }
            // What was accepted must survive a round trip unchanged.
            let written = JSON.canonical(JSONValue(node))
            #expect(JSON.canonical(JSONValue(try JSON.parse(written, file: "f"))) == written)
        }
    }
}
