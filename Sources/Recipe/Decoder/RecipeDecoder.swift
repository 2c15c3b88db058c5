import Document
import Host

/// Turns a merged tree, whose shape has been checked, into a recipe and checks what the shape cannot say.
///
/// Values of a wrong shape have been reported; they are skipped here, so that one run finds the mistakes of the others, too.
struct RecipeDecoder {
    let tree: Node
    let file: String
    let diagnostics: Diagnostics

    init(_ tree: Node, file: String, _ diagnostics: Diagnostics) {
        self.tree = tree
        self.file = file
        self.diagnostics = diagnostics
    }

    func recipe(files: [String], variables: [String: String]) -> ResolvedRecipe {
        let name = required("name", "give the product a name, such as \"name: hypervisor\"")
        let version = required("version", "give the product a version, such as \"version: 1.0\"")
        let arch = required("arch", "write \"arch: x86_64\"")
        let packages = packages()
        let services = services()
        return ResolvedRecipe(
            file: Path.absolute(file), files: files.map(Path.absolute), name: name, version: version, arch: arch,
            release: tree["release"]?.text ?? "", variant: tree["variant"]?.string ?? "nodewright",
            repositories: repositories(), packages: packages,
            weakDependencies: tree["weak-dependencies"]?.bool ?? false, overlays: overlays(), users: users(),
            services: services, kernelArguments: kernelArguments(), trim: trim(), scripts: scripts(),
            image: image(name: name, version: version), variables: variables, warnings: diagnostics.sorted)
    }

    private func required(_ key: String, _ hint: String) -> String {
        if let text = tree[key]?.text { return text }
        if tree[key] == nil { error(at: tree.position, "the recipe has no \"\(key)\"", hint: hint) }
        return ""
    }

    func error(at position: Position, _ message: String, hint: String? = nil) {
        diagnostics.error(at: position, message, hint: hint)
    }

    /// The path of something that a recipe names, relative to the file that names it.
    func path(_ node: Node) -> String? {
        guard let text = node.string, !text.isEmpty else { return nil }
        if text.hasPrefix("/") { return Path.normalized(text) }
        return Path.absolute(Path.join(Path.parent(node.position.file), text))
    }

    /// A pattern; a bad one is reported.
    func glob(_ node: Node) -> Glob? {
        guard let text = node.string else { return nil }
        do {
            return try Glob(text)
        } catch {
            let failure = error as? Failure
            self.error(at: node.position, failure?.message ?? "\(error)", hint: failure?.hint)
            return nil
        }
    }

    /// The texts of a list, each text once: parts that are merged may say the same.
    func texts(_ node: Node?) -> [Located<String>] {
        var seen: Set<String> = []
        return (node?.sequence ?? []).compactMap { element in
            guard let text = element.text, seen.insert(text).inserted else { return nil }
            return Located(text, at: element.position)
        }
    }

    private func kernelArguments() -> [Located<String>] {
        let arguments = texts(tree["kernel-arguments"])
        for argument in arguments {
            var quoted = false
            let hasSpace = argument.value.contains { character in
                if character == "\"" { quoted.toggle() }
                return character.isWhitespace && !quoted
            }
            if hasSpace {
                error(
                    at: argument.position, "\"\(argument.value)\" is more than one kernel argument",
                    hint: "write one argument an element; put a value with spaces in double quotes")
            } else if quoted {
                error(
                    at: argument.position,
                    "the kernel argument \(argument.value) has a double quote without its partner")
            }
        }
        return arguments
    }

    private func scripts() -> [ResolvedRecipe.Script] {
        (tree["scripts"]?.sequence ?? []).compactMap { node in
            let pathNode = node["path"] ?? node
            guard let path = path(pathNode) else { return nil }
            let place = pathNode.position
            guard let kind = existing(path, as: "script", at: place) else { return nil }
            guard kind == .regular, let start = try? File.read(path, limit: 1 << 20).prefix(4) else {
                error(at: place, "the script \"\(path)\" is not a file of at most 1 MiB")
                return nil
            }
            if !start.starts(with: Array("#!".utf8)), Array(start) != [0x7F, 0x45, 0x4C, 0x46] {
                error(
                    at: place, "the script \"\(path)\" does not say which program runs it",
                    hint: "begin it with \"#!/bin/sh\" or another interpreter of the image")
            }
            return ResolvedRecipe.Script(
                path: path, arguments: (node["arguments"]?.sequence ?? []).compactMap(\.text), position: place)
        }
    }

    /// What stands at a path, following a link; nothing is reported as missing.
    func existing(_ path: String, as what: String, at place: Position) -> File.Kind? {
        var kind = File.kind(path)
        if kind == .link {
            kind = (try? Folder.list(path)) != nil ? .folder : (try? File.size(path)) != nil ? .regular : nil
        }
        guard let kind else {
            let neighbours = (try? Folder.list(Path.parent(path))) ?? []
            let meant = nearest(to: Path.name(path), among: neighbours).map { "did you mean \"\($0)\"?" }
            error(
                at: place, "the \(what) \"\(path)\" does not exist",
                hint: meant ?? "paths are relative to the file that names them")
            return nil
        }
        return kind
    }
}
