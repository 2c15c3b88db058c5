import Host
import Recipe
import Testing

/// A damaged recipe ends in a recipe or in mistakes, never in a crash or a hang.
@Suite struct FuzzTests {
    private static let recipes = Path.normalized(Path.join(Path.parent(#filePath), "../../recipes"))

    @Test(arguments: ["hypervisor.yaml", "base.yaml", "minimal.yaml", "repositories/fedora.yaml"])
    func damagedRecipesNeverCrash(name: String) throws {
        let original = Array(try File.readText(Path.join(Self.recipes, name)).utf8)
        let pieces = [
            "${", "}", ": ", "- ", "[", "]", "{", "\"", "'", "\n", "  ", "#", "&a ", "*a", "!t ", "null", "0", "-1",
            "9e9", "\u{0}", "ä", "/**", "..",
        ]
        .map { Array($0.utf8) }
        var random = SeededGenerator(state: UInt64(name.utf8.count))
        try Folder.withTemporary(prefix: "recipe-fuzz") { folder in
            for _ in 0..<30 {
                var bytes = original
                for _ in 0...Int.random(in: 0..<4, using: &random) {
                    let place = Int.random(in: 0...bytes.count, using: &random)
                    if Bool.random(using: &random) {
                        bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
                    } else {
                        let end = min(bytes.count, place + Int.random(in: 1...8, using: &random))
                        bytes.removeSubrange(place..<end)
                    }
                }
                let path = Path.join(folder, "recipe.yaml")
                try File.write(path, bytes)
                do {
                    _ = try Recipe.load(path: path, lab: "/lab")
                } catch let errors as RecipeErrors {
                    #expect(errors.count > 0)
                }
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
