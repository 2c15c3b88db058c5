import ArgumentParser
import Document
import Host
import Recipe

/// `nodewright check`: finds the mistakes of recipes without building.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find the mistakes of recipes without building.",
        discussion: """
            Every mistake is shown as file:line:column with a hint, all in one run. \
            With --json the resolved recipe (includes merged, variables replaced) is \
            printed as one line of canonical JSON, or the mistakes are.

            EXAMPLES
              nodewright check recipes/hypervisor.yaml
              nodewright check recipes/hypervisor.yaml --repositories fedora
              nodewright check recipes/hypervisor.yaml --variable release=43 --json
              nodewright check --schema > recipe.schema.json

            EXIT STATUS
              0 no mistakes; 2 mistakes, or wrong usage.
            """)

    @Argument(help: ArgumentHelp("Recipe files.", valueName: "recipe"))
    var recipes: [String] = []

    @OptionGroup var recipeOptions: RecipeOptions
    @Flag(help: "Print the resolved recipe, or its mistakes, as JSON.")
    var json = false
    @Flag(help: "Print the JSON Schema of recipes for editors.")
    var schema = false

    func validate() throws {
        if recipes.isEmpty, !schema { throw ValidationError("Name at least one recipe, or ask for the --schema.") }
    }

    func run() throws {
        if schema { print(JSON.text(Recipe.schema, pretty: true), terminator: "") }
        var found: [Diagnostic] = []
        for path in recipes {
            do {
                let recipe = try recipeOptions.load(path)
                for warning in recipe.warnings { print(warning, to: &standardError) }
                print(json ? JSON.text(recipe.json, sortedKeys: true) : "\(path): \(summary(recipe))")
            } catch let errors as RecipeErrors {
                // Fragments that several recipes include have their mistakes once.
                found += errors.diagnostics.filter { !found.contains($0) }
            }
        }
        if !found.isEmpty { throw RecipeErrors(diagnostics: found) }
    }

    private func summary(_ recipe: ResolvedRecipe) -> String {
        let excluded = recipe.packages.count { $0.action == .exclude }
        let parts = [
            count(recipe.repositories.count, "repository", "repositories"),
            count(recipe.packages.count - excluded, "package request", "package requests"),
            count(recipe.overlays.count, "overlay", "overlays"),
        ]
        return "\(recipe.name) \(recipe.version) for \(recipe.arch) is fine: " + parts.joined(separator: ", ")
    }

    private func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }
}
