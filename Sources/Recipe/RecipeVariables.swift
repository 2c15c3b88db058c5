import Document
import Host

/// The variables of one recipe: built-in ones, its own, and those of the command line.
enum RecipeVariables {
    /// The keys of a recipe that are variables, too.
    private static let keys = ["name", "version", "arch", "release"]

    /// Replaces the variables of a merged tree.
    static func apply(
        to tree: Node, overrides: [String: String], lab: String, isIncomplete: Bool, _ diagnostics: Diagnostics
    ) throws -> (tree: Node, values: [String: String]) {
        var tree = tree
        let commandLine = Position.whole("--variable")
        let variables = Variables(diagnostics, reportsUnknown: !isIncomplete)
        variables.define("lab", lab, at: tree.position)
        for entry in tree["variables"]?.mapping ?? [] {
            if keys.contains(entry.key) {
                diagnostics.error(
                    at: entry.position, "the variable \"\(entry.key)\" is built in",
                    hint: "give the key \"\(entry.key)\" of the recipe itself")
            } else if let text = entry.value.text {
                variables.define(entry.key, text, at: entry.value.position)
            }
        }
        for key in keys {
            if let text = overrides[key] { tree = tree.setting(key, Node(.string(text), at: commandLine)) }
            if let node = tree[key], let text = node.text { variables.define(key, text, at: node.position) }
        }
        for (name, text) in overrides.sorted(by: { $0.key < $1.key }) where !keys.contains(name) {
            guard variables.names.contains(name) || isIncomplete else {
                let meant = nearest(to: name, among: variables.names).map { "did you mean \"\($0)\"?" }
                throw Failure(
                    .invalidInput, "the recipe has no variable \"\(name)\"",
                    hint: meant ?? "its variables: \(variables.names.joined(separator: ", "))")
            }
            variables.define(name, text, at: commandLine)
        }
        let values = variables.allValues()
        return (variables.replaced(in: tree.setting("variables", nil)), values)
    }
}
