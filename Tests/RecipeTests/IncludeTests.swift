import Document
import Host
import Recipe
import Testing

@Suite struct IncludeTests {
    @Test func includesMergeInOrder() throws {
        let files = [
            "recipe.yaml": recipe(
                "include: [a.yaml, sub/b.yaml]\nversion: 3\npackages: [own]\nimage: {sizes: {esp: 1 GiB}}"),
            "a.yaml":
                "version: 1\nrelease: 41\npackages: [from-a, shared]\nimage: {label: A, sizes: {esp: 100 MiB, state: 2 GiB}}",
            "sub/b.yaml": "include: [../c.yaml]\nrelease: 42\npackages: [from-b, shared]\noverlays: [tree]",
            "c.yaml": "packages: [from-c]\nkernel-arguments: [quiet]", "sub/tree/etc/x": "",
        ]
        try RecipeFolder.with(files) { folder in
            let resolved = try folder.load()
            #expect(resolved.version == "3")
            #expect(resolved.release == "42")
            #expect(resolved.packages.map(\.text) == ["from-a", "shared", "from-c", "from-b", "own"])
            #expect(resolved.image.label == "A")
            #expect(resolved.image.espSize == 1 << 30)
            #expect(resolved.image.stateSize == 2 << 30)
            #expect(resolved.overlays.map { folder.local($0.path) } == ["sub/tree"])
            #expect(folder.local(resolved.packages[2].position.description) == "c.yaml:1:12")
            #expect(resolved.files.map { folder.local($0) } == ["recipe.yaml", "a.yaml", "sub/b.yaml", "c.yaml"])
        }
    }

    @Test(arguments: [
        (["recipe.yaml": "include: [recipe.yaml]\n"], "recipe.yaml:1:11: error: the recipe includes itself"),
        (
            ["recipe.yaml": "include: [a.yaml]\n", "a.yaml": "include: [b.yaml]\n", "b.yaml": "include: [./a.yaml]\n"],
            "b.yaml:1:11: error: includes run in a circle: a.yaml -> b.yaml -> a.yaml"
        ),
        (
            ["recipe.yaml": "include: [gone.yaml]\n"],
            "recipe.yaml:1:11: error: cannot open \"gone.yaml\": No such file or directory"
        ),
        (
            ["recipe.yaml": "include: [/etc/passwd]\n"],
            "recipe.yaml:1:11: error: an include must be a path relative to this file, but this is \"/etc/passwd\""
        ),
        (
            ["recipe.yaml": "include: [a.yaml]\n", "a.yaml": "packages: x\n"],
            "a.yaml:1:11: error: \"packages\" must be a list, but this is \"x\"\n  hint: begin the line with \"- \""
        ),
        (["recipe.yaml": "include: [a.yaml]\n", "a.yaml": ""], "a.yaml:1:1: error: the recipe is empty"),
        (
            ["recipe.yaml": "include: [a.yaml]\n", "a.yaml/x": ""],
            "recipe.yaml:1:11: error: cannot read \"a.yaml\": Is a directory"
        ),
    ])
    func badIncludesAreNamed(files: [String: String], report: String) throws {
        var files = files
        files["recipe.yaml"] = recipe(files["recipe.yaml"] ?? "")
        let mistakes = try RecipeFolder.with(files) { try $0.mistakes() }
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.hasPrefix(report) == true, "\(mistakes)")
    }

    @Test func aFileThatTwoOthersIncludeCountsOnce() throws {
        let files = [
            "recipe.yaml": recipe("include: [a.yaml, b.yaml]"), "a.yaml": "include: [c.yaml]",
            "b.yaml": "include: [c.yaml]",
            "c.yaml": "users: [{name: joe}]",
        ]
        #expect(try RecipeFolder.with(files) { try $0.load().users.map(\.name) } == ["joe"])
    }

    @Test func repositorySetsAreChosen() throws {
        let files = [
            "recipe.yaml": recipe("include: [part.yaml]\nrepositories: one"),
            "part.yaml":
                "repositories:\n  - zero\n  - {name: extra, baseurl: \"https://h/${flavour}-${release}\", gpgkeys: [\"https://h/k\"]}",
            "repositories/zero.yaml": "repositories: []",
            "repositories/one.yaml":
                "release: 1\nvariables: {flavour: f}\nrepositories: [{name: r1, metalink: \"https://h/?r=${release}&arch=${arch}\", gpgkeys: [key]}]",
            "repositories/two.yaml":
                "release: 2\nvariables: {flavour: g}\npackages: [release-two]\nrepositories: [{name: r2, baseurl: [\"file:${lab}/x\", \"http://h/x\"], unsigned: allow, priority: 5, modules: all}]",
            "repositories/key": "k",
        ]
        try RecipeFolder.with(files) { folder in
            // The recipe's own choice replaces that of the fragment; what is written out stays.
            let one = try folder.load()
            #expect(one.repositories.map(\.name) == ["r1", "extra"])
            #expect(one.repositories[0].source == .metalink("https://h/?r=1&arch=x86_64"))
            #expect(one.repositories[0].gpgKeys.map { folder.local($0) } == ["repositories/key"])
            #expect(one.repositories[1].source == .baseURLs(["https://h/f-1"]))
            let two = try folder.load(repositories: ["two"])
            #expect(two.repositories.map(\.name) == ["r2", "extra"])
            #expect(two.repositories[0].source == .baseURLs(["file:/lab/x", "http://h/x"]))
            #expect(two.repositories[0].priority == 5)
            #expect(two.repositories[0].allowsUnsigned)
            #expect(!two.repositories[0].filtersModules)
            #expect(two.packages.map(\.text) == ["release-two", "bash"])
            let path = try folder.load(repositories: [Path.join(folder.path, "repositories/two.yaml")])
            #expect(path.release == "2")
            let both = try folder.load(
                repositories: ["one", "two"], variables: ["release": "9", "lab": "/l", "flavour": "x"])
            #expect(both.repositories.map(\.name) == ["r1", "r2", "extra"])
            #expect(both.repositories[0].source == .metalink("https://h/?r=9&arch=x86_64"))
            #expect(both.repositories[1].source == .baseURLs(["file:/l/x", "http://h/x"]))
            #expect(both.repositories[2].source == .baseURLs(["https://h/x-9"]))
            #expect(
                try folder.mistakes(repositories: ["tow"]) == [
                    "recipe.yaml: error: there is no repository set \"tow\": \"repositories/tow.yaml\" does not exist\n  hint: did you mean \"two\"?"
                ])
        }
    }

    @Test func variablesAreReplacedAndOverridden() throws {
        let text = recipe(
            "variables: {stem: a, full: \"${stem}-b\"}\nkernel-arguments: [\"x=${full}\", \"y=$${full}\", \"z=$HOME\", \"v=${version}\"]"
        )
        try RecipeFolder.with(["recipe.yaml": text]) { folder in
            #expect(try folder.load().kernelArguments.map(\.value) == ["x=a-b", "y=${full}", "z=$HOME", "v=1"])
            let other = try folder.load(variables: ["stem": "c", "version": "2.10"])
            #expect(other.kernelArguments.map(\.value) == ["x=c-b", "y=${full}", "z=$HOME", "v=2.10"])
            #expect(other.version == "2.10")
            #expect(throws: Failure.self) { try folder.load(variables: ["stme": "c"]) }
            // A value that comes from the command line is checked like any other.
            #expect(
                try folder.mistakes(variables: ["version": "a b"]).first?.hasPrefix(
                    "--variable: error: \"version\"") == true)
        }
    }
}
