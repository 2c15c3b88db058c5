public import Document
public import Host

/// Reading recipes.
public enum Recipe {
    /// Reads a recipe with its includes and repository sets, and checks everything that can be checked without building.
    ///
    /// - Parameters:
    ///   - path: the recipe file
    ///   - repositories: names of repository sets (`repositories/NAME.yaml` beside the recipe) or paths of such files, which
    ///     replace the sets that the recipe names (repositories that it writes out stay); empty to take the recipe's
    ///   - variables: texts that override the recipe's variables, and its `name`, `version`, `arch` and `release`
    ///   - lab: the value of the built-in variable `lab`
    /// - Throws: `RecipeErrors` with every mistake that was found; `Failure` when a variable to override does not exist
    public static func load(
        path: String, repositories: [String] = [], variables: [String: String] = [:],
        lab: String = Path.join(Environment.cacheFolder, "lab")
    ) throws -> ResolvedRecipe {
        let diagnostics = Diagnostics()
        let loader = RecipeLoader(diagnostics)
        let tree = loader.load(path, sets: repositories)
        guard let tree else { throw RecipeErrors(diagnostics: diagnostics.sorted) }
        let prepared = try RecipeVariables.apply(
            to: tree, overrides: variables, lab: lab, isIncomplete: loader.isIncomplete, diagnostics)
        RecipeShape.recipe.check(
            prepared.tree, name: "the recipe", stage: diagnostics.hasErrors ? .incomplete : .merged, diagnostics)
        let decoder = RecipeDecoder(prepared.tree, file: path, diagnostics)
        let recipe = decoder.recipe(files: loader.files, variables: prepared.values)
        if diagnostics.hasErrors { throw RecipeErrors(diagnostics: diagnostics.sorted) }
        return recipe
    }

    /// The JSON Schema of recipes, for editors.
    public static var schema: JSONValue {
        RecipeShape.recipe.schema(
            title: "Nodewright recipe", identifier: "urn:nodewright:recipe")
    }
}
