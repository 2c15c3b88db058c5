public import Document
public import Host

/// All mistakes of a recipe.
public struct RecipeErrors: Error, Sendable, CustomStringConvertible {
    /// What was found, by file and place; at least one is an error.
    public let diagnostics: [Diagnostic]

    /// A set of mistakes.
    public init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

    /// How many of them are errors.
    public var count: Int { diagnostics.count { $0.severity == .error } }

    /// Every mistake as `file:line:column: error: …` with its hint.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }

    /// The same as a failure, for callers that show only one text.
    public var failure: Failure {
        Failure(
            .invalidInput, count == 1 ? "the recipe has a mistake" : "the recipe has \(count) mistakes",
            details: diagnostics.flatMap { $0.description.split(separator: "\n").map(String.init) })
    }
}
