import Document
import Host

extension RecipeDecoder {
    func trim() -> ResolvedRecipe.Trim {
        let node = tree["trim"]
        let files = rules(node?["files"], absolute: true)
        for rule in files where removesEverything(rule.pattern) {
            error(
                at: rule.position, "\"\(rule.pattern)\" removes the whole image or a part that nothing works without",
                hint: "name what is not needed more exactly")
        }
        let locales = node?["locales"].map { texts($0) }
        if let locales, locales.isEmpty {
            error(
                at: node?["locales"]?.position ?? tree.position, "\"locales\" keeps no locale at all",
                hint: "name at least C or en_US")
        }
        return ResolvedRecipe.Trim(
            files: files, keepFiles: rules(node?["keep-files"], absolute: true), locales: locales,
            docs: node?["docs"]?.string == "remove" ? node?["docs"]?.position : nil,
            kernelModules: selection(node?["kernel-modules"]),
            firmware: selection(node?["firmware"]),
            referencedFirmware: node?["firmware"]?["referenced-only"]?.bool == true
                ? node?["firmware"]?["referenced-only"]?.position : nil)
    }

    private func selection(_ node: Node?) -> ResolvedRecipe.Trim.Selection {
        let keep = rules(node?["keep"], absolute: false)
        let remove = rules(node?["remove"], absolute: false)
        for rule in remove {
            guard let other = keep.first(where: { $0.pattern.text == rule.pattern.text }) else { continue }
            error(
                at: rule.position, "\"\(rule.pattern)\" is removed here, but kept at \(other.position)",
                hint: "take one of the two out")
        }
        return ResolvedRecipe.Trim.Selection(keep: keep, remove: remove)
    }

    private func rules(_ node: Node?, absolute: Bool) -> [ResolvedRecipe.Trim.Rule] {
        var seen: Set<String> = []
        let elements = (node?.sequence ?? []).flatMap { element in
            let pattern = element["pattern"] ?? element
            return (pattern.sequence ?? [pattern]).map { (pattern: $0, isOptional: element["optional"]?.bool ?? false) }
        }
        return elements.compactMap { pattern, isOptional in
            guard let glob = glob(pattern), seen.insert(glob.text).inserted else { return nil }
            if absolute {
                checkAbsolute(pattern)
            } else if glob.text.hasPrefix("/") {
                error(
                    at: pattern.position, "\"\(glob)\" must not begin with \"/\"",
                    hint:
                        "module patterns are names or paths below /usr/lib/modules/VERSION, firmware below /usr/lib/firmware"
                )
            }
            return ResolvedRecipe.Trim.Rule(
                pattern: glob, isOptional: isOptional, position: pattern.position)
        }
    }

    private func removesEverything(_ glob: Glob) -> Bool {
        ["usr", "etc", "usr/lib", "usr/bin", "usr/lib64", "usr/lib/systemd/systemd"].contains { glob.matches($0) }
    }
}
