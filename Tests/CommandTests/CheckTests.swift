import Document
import Host
import TestSupport
import Testing

/// `nodewright check` as people and scripts see it.
@Suite struct CheckTests {
    private static let package = Path.normalized(Path.join(Path.parent(#filePath), "../.."))

    private func run(_ arguments: [String], in folder: String = package) throws -> Command.Result {
        try Command(try Programs.built("nodewright"), ["check"] + arguments, folder: folder).run()
    }

    @Test func theProductIsFine() throws {
        let result = try run(["recipes/hypervisor.yaml"])
        #expect(result.status == 0)
        #expect(result.text.hasPrefix("recipes/hypervisor.yaml: hypervisor "))
        #expect(result.errorTail.isEmpty)
    }

    @Test func mistakesAreShownAsEditorsWantThem() throws {
        try Folder.withTemporary { folder in
            try File.write(
                Path.join(folder, "recipe.yaml"),
                "name: x\nversion: 1\narch: x86_64\npakages: [a]\nrepositories: nowhere\n")
            let result = try run(["recipe.yaml"], in: folder)
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(
                result.errorTail == """
                    recipe.yaml:4:1: error: unknown key "pakages"
                      hint: did you mean "packages"?
                    recipe.yaml:5:15: error: there is no repository set "nowhere": "repositories/nowhere.yaml" does not exist

                    """)
        }
    }

    @Test func jsonGoesToStandardOutput() throws {
        let fine = try run(["recipes/hypervisor.yaml", "--json", "--variable", "version=7"])
        #expect(try JSON.parse(fine.output, file: "out")["version"]?.string == "7")
        try Folder.withTemporary { folder in
            try File.write(Path.join(folder, "a.yaml"), "nmae: x\n")
            let bad = try run(["a.yaml", "--json"], in: folder)
            #expect(bad.status == 2)
            let first = try JSON.parse(bad.output, file: "out")["diagnostics"]?.sequence?.first {
                $0["line"]?.integer == 1
            }
            #expect(first?["file"]?.string == "a.yaml")
        }
    }

    @Test func theSchemaIsPrinted() throws {
        let result = try run(["--schema"])
        #expect(result.text == (try File.readText(Path.join(Self.package, "recipes/recipe.schema.json"))))
    }

    @Test(arguments: [
        ([], "Name at least one recipe"),
        (["recipes/hypervisor.yaml", "--variable", "x"], "--variable needs NAME=TEXT"),
        (["recipes/hypervisor.yaml", "--variable", "relase=1"], "did you mean \"release\"?"),
        (["recipes/hypervisor.yaml", "--repositories", "/nowhere/x.yaml"], "cannot open \"/nowhere/x.yaml\""),
        (["recipes"], "recipes: error: cannot read \"recipes\": Is a directory"),
        (["/dev/zero"], "larger than"),
        (["x.yaml", "--frobnicate"], "Unknown option"),
    ])
    func wrongUsageIsExplained(arguments: [String], message: String) throws {
        let result = try run(arguments)
        #expect(result.status == 2)
        #expect(result.errorTail.contains(message), "\(result.errorTail)")
    }
}
