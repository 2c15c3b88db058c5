import Document
import Testing

@Suite struct MappingReaderTests {
    @Test func reportsEverythingAtOnce() throws {
        let node = try YAML.parse("name: 7\nsize: -1\nparts: x\nsiez: 3\nzzz: 1\n", file: "r.yaml")
        let diagnostics = Diagnostics()
        let reader = MappingReader(node, diagnostics)
        #expect(reader.string("name") == nil)
        #expect(reader.integer("size", in: 0...9) == nil)
        #expect(reader.strings("parts").isEmpty)
        #expect(reader.bool("flag") == nil)
        #expect(reader.string("other", required: false) == nil)
        reader.finish()
        #expect(
            diagnostics.sorted.map(\.description) == [
                "r.yaml:1:1: error: the key \"flag\" is missing",
                "r.yaml:1:7: error: \"name\" must be text, but this is a whole number",
                "r.yaml:2:7: error: \"size\" must be a whole number from 0 to 9, but this is -1",
                "r.yaml:3:8: error: \"parts\" must be a list, but this is text",
                "r.yaml:4:1: error: unknown key \"siez\"\n  hint: did you mean \"size\"?",
                "r.yaml:5:1: error: unknown key \"zzz\"\n  hint: known keys: flag, name, other, parts, size",
            ])
    }

    @Test(arguments: [
        ("pakages", "packages"), ("package", "packages"), ("Packages", "packages"),
        ("kernel_arguments", "kernel-arguments"),
        ("nmae", "name"), ("x", nil), ("quux", nil),
    ])
    func findsTheNearest(word: String, meant: String?) {
        #expect(nearest(to: word, among: ["name", "packages", "kernel-arguments", "arch"]) == meant)
    }
}
