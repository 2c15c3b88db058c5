import Document
import Glibc
import Host
import Recipe

/// A folder with recipe files, gone at the end of the test.
struct RecipeFolder {
    let path: String

    /// Runs `body` with a folder that holds the files; a name that ends with `/` is a folder, a text that begins with `->` a
    /// link.
    static func with<Value>(_ files: [String: String], _ body: (RecipeFolder) throws -> Value) throws -> Value {
        try Folder.withTemporary(prefix: "recipe-test") { path in
            for (name, text) in files {
                let file = Path.join(path, name)
                try Folder.create(name.hasSuffix("/") ? file : Path.parent(file))
                if text.hasPrefix("->") {
                    try check("link") { symlink(String(text.dropFirst(2)), file) }
                } else if !name.hasSuffix("/") {
                    try File.write(file, text)
                }
            }
            return try body(RecipeFolder(path: path))
        }
    }

    /// The recipe `recipe.yaml` of the folder.
    func load(repositories: [String] = [], variables: [String: String] = [:]) throws -> ResolvedRecipe {
        try Recipe.load(
            path: Path.join(path, "recipe.yaml"), repositories: repositories, variables: variables, lab: "/lab")
    }

    /// The mistakes of the recipe as they are shown, with the folder's own path taken out.
    func mistakes(repositories: [String] = [], variables: [String: String] = [:]) throws -> [String] {
        do {
            _ = try load(repositories: repositories, variables: variables)
            return []
        } catch let errors as RecipeErrors {
            return errors.diagnostics.map { local($0.description) }
        }
    }

    /// A text without the folder's path.
    func local(_ text: String) -> String {
        var parts: [Substring] = []
        var rest = text[...]
        while let start = rest.utf8.indices.first(where: { rest[$0...].hasPrefix(path + "/") }) {
            parts.append(rest[..<start])
            rest = rest[rest.index(start, offsetBy: path.count + 1)...]
        }
        return (parts + [rest]).joined()
    }
}

/// A complete recipe that begins with `text`; a section that `text` has replaces the standard one.
func recipe(_ text: String) -> String {
    let sections = [
        "name": "name: node\n", "version": "version: 1\n", "arch": "arch: x86_64\n",
        "repositories": "repositories:\n  - {name: r, baseurl: \"file:/r\", unsigned: allow}\n",
        "packages": "packages: [bash]\n",
    ]
    let given = text.split(separator: "\n").compactMap { line in
        line.first == " " ? nil : line.split(separator: ":").first
    }
    let missing = sections.filter { !given.contains(Substring($0.key)) }.sorted { $0.key < $1.key }.map(\.value)
    return text + (text.hasSuffix("\n") ? "" : "\n") + missing.joined()
}
