import Document
import Host

extension RecipeDecoder {
    func repositories() -> [ResolvedRecipe.Repository] {
        guard let nodes = tree["repositories"]?.sequence, !nodes.isEmpty else {
            // A set that could not be found has been reported, and would be the reason.
            if !diagnostics.hasErrors {
                error(
                    at: tree.position, "the recipe has no repositories",
                    hint: "name a set, such as \"repositories: fedora\", or give --repositories")
            }
            return []
        }
        var found: [ResolvedRecipe.Repository] = []
        var places: [String: Position] = [:]
        var isAnyOff = false
        for node in nodes where node.mapping != nil {
            if let name = node["name"], let text = name.string {
                if let first = places[text] {
                    error(
                        at: name.position, "the repository \"\(text)\" is given twice",
                        hint: "it is given first at \(first)")
                }
                places[text] = name.position
            }
            let repository = repository(node)
            if node["enabled"]?.bool == false {
                isAnyOff = true
            } else if let repository {
                found.append(repository)
            }
        }
        if found.isEmpty, isAnyOff, !diagnostics.hasErrors {
            error(at: tree["repositories"]?.position ?? tree.position, "all repositories are disabled")
        }
        return found
    }

    private func repository(_ node: Node) -> ResolvedRecipe.Repository? {
        let keys = ["baseurl", "metalink", "mirrorlist"]
        let given = node.mapping?.filter { keys.contains($0.key) } ?? []
        if given.count > 1 {
            error(
                at: given[1].position,
                "a repository has one of baseurl, metalink and mirrorlist, but this has \(given.count)",
                hint: "take all but one out")
        }
        guard let source = given.first else {
            error(
                at: node.position, "the repository \"\(node["name"]?.text ?? "")\" has no address",
                hint: "give it a baseurl, a metalink or a mirrorlist")
            return nil
        }
        let addresses = (source.value.sequence ?? [source.value]).compactMap { address($0) }
        let allowsUnsigned = node["unsigned"] != nil
        let keysNode = node["gpgkeys"]
        let gpgKeys = (keysNode?.sequence ?? []).compactMap { gpgKey($0) }
        if gpgKeys.isEmpty, !allowsUnsigned, keysNode?.sequence?.isEmpty ?? true {
            error(
                at: node.position, "the repository \"\(node["name"]?.text ?? "")\" has no gpgkeys",
                hint: "name the keys that sign it, or accept anything with \"unsigned: allow\"")
        }
        guard let name = node["name"]?.string, let first = addresses.first else { return nil }
        let place: ResolvedRecipe.Repository.Source =
            switch source.key {
            case "metalink": .metalink(first)
            case "mirrorlist": .mirrorList(first)
            default: .baseURLs(addresses)
            }
        return ResolvedRecipe.Repository(
            name: name, source: place, gpgKeys: gpgKeys, priority: node["priority"]?.integer ?? 99,
            allowsUnsigned: allowsUnsigned, filtersModules: node["modules"]?.string != "all", position: node.position)
    }

    private func address(_ node: Node) -> String? {
        guard let text = node.string else { return nil }
        if text.hasPrefix("file:/"), text.count > 6 { return text }
        let rest = ["http://", "https://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) }
        if let rest, !rest.isEmpty, !rest.hasPrefix("/"), !rest.contains(" ") { return text }
        error(
            at: node.position, "\"\(text)\" is not the address of a repository",
            hint: text.hasPrefix("/") ? "write \"file:\(text)\"" : "an address begins with file:/, http:// or https://")
        return nil
    }

    /// A key is a URL, a path of the build host (which may not be there yet, as the lab's), or a file beside the recipe.
    private func gpgKey(_ node: Node) -> String? {
        guard let text = node.string else { return nil }
        if text.hasPrefix("https://") { return text }
        if text.hasPrefix("http://") {
            error(
                at: node.position, "a key must not come over an unprotected connection", hint: "use https:// or a file")
            return nil
        }
        if text.hasPrefix("file:/") { return Path.normalized(String(text.dropFirst(5))) }
        guard let path = path(node) else { return nil }
        if text.hasPrefix("/") { return path }
        return existing(path, as: "key", at: node.position) == nil ? nil : path
    }
}
