import Document
import Host

/// Reads recipe files, follows their includes and merges them into one tree.
final class RecipeLoader {
    /// How deeply includes may nest; far beyond any honest recipe.
    private static let depthLimit = 32

    private let diagnostics: Diagnostics
    /// Every file that was read, as it was named.
    private(set) var files: [String] = []
    /// Whether a file is missing or cannot be read, so that what it would define is missing, too.
    private(set) var isIncomplete = false
    /// The absolute paths of `files`.
    private var loaded: Set<String> = []
    /// The files that are being read: the way from the recipe to here.
    private var chain: [String] = []

    init(_ diagnostics: Diagnostics) { self.diagnostics = diagnostics }

    /// The recipe with its includes, its repository sets below it; nil when it cannot be read at all.
    func load(_ path: String, sets: [String]) -> Node? {
        guard var tree = file(path, namedAt: nil) else { return nil }
        var names: [Located<String>] = sets.map { Located($0, at: Position.whole("--repositories")) }
        let list = tree["repositories"].map { $0.sequence ?? [$0] } ?? []
        // Repositories that are written out belong to their fragment, whatever set is chosen.
        let own = list.filter { $0.string == nil }
        if names.isEmpty {
            // A recipe that names a set replaces the choice of the fragments it includes.
            let named = list.filter { $0.string != nil }
            let chosen = named.filter { $0.position.file == named.last?.position.file }
            names = chosen.compactMap { node in node.string.map { Located($0, at: node.position) } }
        }
        let position = tree["repositories"]?.position ?? tree.position
        var base = Node(.mapping([]), at: tree.position)
        for name in names {
            guard let set = repositorySet(name, recipe: path) else { continue }
            base = base.merged(under: set)
        }
        for node in base["repositories"]?.sequence ?? [] {
            guard let name = node.string else { continue }
            diagnostics.error(
                at: node.position, "a repository set cannot name another set (\"\(name)\")",
                hint: "include the other file instead")
        }
        let repositories = (base["repositories"]?.sequence ?? []).filter { $0.string == nil } + own
        tree = base.setting("repositories", nil).merged(under: tree.setting("repositories", nil))
        return repositories.isEmpty ? tree : tree.setting("repositories", Node(.sequence(repositories), at: position))
    }

    /// A set by its name: beside the recipe, else beside one of the files it includes.
    private func repositorySet(_ name: Located<String>, recipe: String) -> Node? {
        let fromOption = name.position.file == "--repositories"
        if fromOption, name.value.contains("/") || name.value.hasSuffix(".yaml") {
            return file(name.value, namedAt: .whole(name.value))
        }
        let start = fromOption ? recipe : name.position.file
        var folders: [String] = []
        for path in [start] + files {
            let folder = relative(Path.parent(path), "repositories")
            if !folders.contains(folder) { folders.append(folder) }
        }
        let paths = folders.map { Path.join($0, name.value + ".yaml") }
        if let path = paths.first(where: { File.exists($0) }) { return file(path, namedAt: name.position) }
        isIncomplete = true
        let names = folders.flatMap { (try? Folder.list($0)) ?? [] }.filter { $0.hasSuffix(".yaml") }
        let known = names.map { String($0.dropLast(5)) }
        let meant = nearest(to: name.value, among: known).map { "did you mean \"\($0)\"?" }
        diagnostics.error(
            at: fromOption ? .whole(recipe) : name.position,
            "there is no repository set \"\(name.value)\": \"\(paths[0])\" does not exist",
            hint: meant ?? (known.isEmpty ? nil : "sets there: \(known.joined(separator: ", "))"))
        return nil
    }

    /// One file with its includes merged below it. A file that was read before adds nothing.
    private func file(_ path: String, namedAt place: Position?) -> Node? {
        let absolute = Path.absolute(path)
        if chain.contains(absolute) {
            reportCycle(absolute, at: place ?? .whole(path))
            return nil
        }
        guard !loaded.contains(absolute) else { return nil }
        guard chain.count < Self.depthLimit else {
            diagnostics.error(at: place ?? .whole(path), "includes nest deeper than \(Self.depthLimit) files")
            return nil
        }
        loaded.insert(absolute)
        files.append(path)
        let bytes: [UInt8]
        do {
            bytes = try File.read(path, limit: JSON.defaultLimit)
        } catch {
            isIncomplete = true
            let reason = (error as? Failure)?.message ?? "\(error)"
            diagnostics.error(at: place ?? .whole(path), reason)
            return nil
        }
        guard let tree = YAML.parse(bytes, file: path, diagnostics: diagnostics) else {
            isIncomplete = true
            return nil
        }
        if tree.isNull {
            diagnostics.error(at: tree.position, "the recipe is empty")
            return nil
        }
        RecipeShape.recipe.check(tree, name: "the recipe", stage: .part, diagnostics)
        guard tree.mapping != nil else { return nil }
        chain.append(absolute)
        defer { chain.removeLast() }
        var base = Node(.mapping([]), at: tree.position)
        for node in tree["include"]?.sequence ?? [] {
            guard let part = included(node, from: path) else { continue }
            base = base.merged(under: part)
        }
        return base.merged(under: normalized(tree).setting("include", nil))
    }

    private func included(_ node: Node, from path: String) -> Node? {
        guard let name = node.string, !name.isEmpty else { return nil }
        if name.hasPrefix("/") || name.contains("${") {
            diagnostics.error(
                at: node.position, "an include must be a path relative to this file, but this is \"\(name)\"",
                hint: name.hasPrefix("/") ? nil : "variables are not known yet when files are included")
            return nil
        }
        return file(relative(Path.parent(path), name), namedAt: node.position)
    }

    /// `repositories: fedora` is short for a list of one.
    private func normalized(_ tree: Node) -> Node {
        guard let node = tree["repositories"], node.string != nil else { return tree }
        return tree.setting("repositories", Node(.sequence([node]), at: node.position))
    }

    private func relative(_ folder: String, _ name: String) -> String {
        folder == "." ? Path.normalized(name) : Path.normalized(Path.join(folder, name))
    }

    private func reportCycle(_ path: String, at place: Position) {
        let start = chain.firstIndex(of: path) ?? 0
        let names = (chain[start...] + [path]).map { Path.name($0) }
        diagnostics.error(
            at: place,
            names.count == 2
                ? "the recipe includes itself" : "includes run in a circle: \(names.joined(separator: " -> "))",
            hint: "take one of these includes out")
    }
}
