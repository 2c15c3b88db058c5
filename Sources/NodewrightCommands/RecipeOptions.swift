import ArgumentParser
import Host
import Recipe

/// Which variant of a recipe is meant; the same on every command that reads one.
struct RecipeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Use this repository set (repositories/NAME.yaml beside the recipe) instead of the recipe's; may be repeated.",
            valueName: "name"))
    var repositories: [String] = []

    @Option(help: ArgumentHelp("Override a variable of the recipe; may be repeated.", valueName: "name=text"))
    var variable: [String] = []

    /// Reads and checks a recipe.
    ///
    /// - Throws: `RecipeErrors` with all its mistakes
    func load(_ path: String) throws -> ResolvedRecipe {
        var variables: [String: String] = [:]
        for text in variable {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw Failure(
                    .invalidInput, "--variable needs NAME=TEXT, but got \"\(text)\"",
                    hint: "for example --variable release=43")
            }
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return try Recipe.load(path: path, repositories: repositories, variables: variables)
    }
}
