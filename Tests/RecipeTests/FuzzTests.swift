import Host
import Recipe
import TestSupport
import Testing

/// A damaged recipe ends in a recipe or in mistakes, never in a crash or a hang.
@Suite struct FuzzTests {
    private static let recipes = Path.normalized(Path.join(Path.parent(#filePath), "../../recipes"))

    @Test(arguments: ["hypervisor.yaml", "base.yaml", "minimal.yaml", "repositories/fedora.yaml"])
    func damagedRecipesNeverCrash(name: String) throws {
        let original = Array(try File.readText(Path.join(Self.recipes, name)).utf8)
        let pieces = [
            "${", "}", ": ", "- ", "[", "]", "{", "\"", "'", "\n", "  ", "#", "&a ", "*a", "!t ", "null", "0", "-1",
            "9e9", "ä", "/**", "..",
        ]
        var mutations = Mutations(seed: name.utf8.count, pieces: pieces)
        try Folder.withTemporary(prefix: "recipe-fuzz") { folder in
            for _ in 0..<30 {
                let path = Path.join(folder, "recipe.yaml")
                try File.write(path, mutations.mutate(original))
                do {
                    _ = try Recipe.load(path: path, lab: "/lab")
                } catch let errors as RecipeErrors {
                    #expect(errors.count > 0)
                }
            }
        }
    }
}
