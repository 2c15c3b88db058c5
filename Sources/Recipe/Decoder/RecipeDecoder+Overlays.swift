import Document
import Host

extension RecipeDecoder {
    func overlays() -> [ResolvedRecipe.Overlay] {
        var places: [String: Position] = [:]
        return (tree["overlays"]?.sequence ?? []).compactMap { node in
            let pathNode = node["path"] ?? node
            guard let path = path(pathNode) else { return nil }
            if let first = places[path] {
                // Two fragments may name the same overlay; one file that does is a mistake, as is a changed order.
                if first.file == pathNode.position.file {
                    error(
                        at: pathNode.position, "the overlay \"\(path)\" is given twice",
                        hint: "it is given first at \(first)")
                }
                return nil
            }
            places[path] = pathNode.position
            guard let kind = existing(path, as: "overlay", at: pathNode.position) else { return nil }
            guard kind == .folder else {
                error(at: pathNode.position, "the overlay \"\(path)\" is not a folder")
                return nil
            }
            checkContent(of: path, at: pathNode.position)
            return ResolvedRecipe.Overlay(
                path: path, rules: (node["rules"]?.sequence ?? []).compactMap { rule($0) }, position: pathNode.position)
        }
    }

    private func rule(_ node: Node) -> ResolvedRecipe.Overlay.Rule? {
        guard let files = node["files"], let pattern = glob(files) else { return nil }
        checkAbsolute(files)
        if node["mode"] == nil, node["owner"] == nil {
            error(at: node.position, "this rule changes nothing", hint: "give it a mode or an owner")
        }
        let owner =
            node["owner"]?.string?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        if owner.count > 2 || owner.contains("") {
            error(at: node["owner"]?.position ?? node.position, "\"owner\" must be USER or USER:GROUP")
        }
        return ResolvedRecipe.Overlay.Rule(
            files: pattern, mode: node["mode"]?.text.flatMap { UInt32($0, radix: 8) }, user: owner.first,
            group: owner.count == 2 ? owner[1] : nil, position: node.position)
    }

    func checkAbsolute(_ node: Node) {
        guard let text = node.string, !text.hasPrefix("/") else { return }
        error(at: node.position, "\"\(text)\" must be an absolute path of the image", hint: "write \"/\(text)\"")
    }

    /// A link of an overlay is copied as it is, so it must mean the same in the image: absolute, or staying inside.
    private func checkContent(of overlay: String, at place: Position) {
        let entries: [String]
        do {
            entries = try Folder.walk(overlay)
        } catch {
            return self.error(at: place, (error as? Failure)?.message ?? "\(error)")
        }
        for entry in entries {
            let path = Path.join(overlay, entry)
            switch File.kind(path) {
            case .regular, .folder: continue
            case .link:
                guard let target = try? File.linkTarget(path) else { continue }
                if linkEscapes(entry, target: target, overlay: overlay) {
                    error(
                        at: place,
                        "the overlay \"\(overlay)\" has a link that points outside of it: \(entry) -> \(target)",
                        hint: "write the target as an absolute path of the image, such as /usr/share/...")
                }
            default:
                error(
                    at: place, "the overlay \"\(overlay)\" has something that is no file, folder or link: \(entry)",
                    hint: "devices, sockets and pipes are made when the system runs (tmpfiles.d)")
            }
        }
    }

    private func linkEscapes(_ entry: String, target: String, overlay: String) -> Bool {
        if target.hasPrefix("/") { return (Path.normalized(target) + "/").hasPrefix(overlay + "/") }
        var depth = entry.split(separator: "/").count - 1
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return true }
        }
        return false
    }
}
