import Document
import Host

extension RecipeDecoder {
    func packages() -> [PackageRequest] {
        let requests = texts(tree["packages"]).compactMap { packageRequest($0) }
        let wanted = Dictionary(
            requests.filter { $0.action == .install }.map { ("\($0.kind) \($0.text)", $0.position) },
            uniquingKeysWith: { first, _ in first })
        for request in requests where request.action == .exclude {
            guard let place = wanted["\(request.kind) \(request.text)"] else { continue }
            error(
                at: request.position, "\"\(request.text)\" is excluded here, but wanted at \(place)",
                hint: "take one of the two out")
        }
        if wanted.isEmpty, !diagnostics.hasErrors {
            error(
                at: tree["packages"]?.position ?? tree.position, "the recipe asks for no packages",
                hint: "list some under \"packages\"")
        }
        return requests
    }

    private func packageRequest(_ line: Located<String>) -> PackageRequest? {
        var text = line.value[...]
        var action = PackageRequest.Action.install
        if text.hasPrefix("-") {
            action = .exclude
            text = text.dropFirst()
        }
        let isGroup = text.hasPrefix("@")
        if isGroup { text = text.dropFirst() }
        guard !text.isEmpty, text.unicodeScalars.allSatisfy(isPackageCharacter) else {
            error(
                at: line.position, "\"\(line.value)\" is not a package, pattern or group",
                hint: text.contains(" ") ? "write one package an element" : nil)
            return nil
        }
        let isGlob = text.contains { "*?[".contains($0) }
        if isGlob, let mistake = globMistake(String(text)) {
            error(at: line.position, mistake.message, hint: mistake.hint)
            return nil
        }
        if isGlob, text.allSatisfy({ $0 == "*" }) {
            error(at: line.position, "\"\(line.value)\" names every package", hint: "name what is needed")
            return nil
        }
        let kind: PackageRequest.Kind = isGroup ? .group : isGlob ? .glob : .name
        return PackageRequest(action: action, kind: kind, text: String(text), position: line.position)
    }

    private func globMistake(_ text: String) -> Failure? {
        do {
            _ = try Glob(text)
            return nil
        } catch {
            return error as? Failure
        }
    }

    func services() -> ResolvedRecipe.Services {
        let node = tree["services"]
        let lists = ["enable", "disable", "mask"].map { key in
            (key, texts(node?[key]).map { Located(unitName($0.value), at: $0.position) })
        }
        var said: [String: (what: String, place: Position)] = [:]
        for (what, units) in lists {
            for unit in units {
                if let other = said[unit.value], other.what != what {
                    error(
                        at: unit.position,
                        "\"\(unit.value)\" is in \"\(what)\" here, but in \"\(other.what)\" at \(other.place)",
                        hint: "take one of the two out")
                } else {
                    said[unit.value] = (what, unit.position)
                }
            }
        }
        return ResolvedRecipe.Services(enable: lists[0].1, disable: lists[1].1, mask: lists[2].1)
    }

    /// `sshd` is short for `sshd.service`.
    private func unitName(_ text: String) -> String {
        let suffixes = [
            ".service", ".socket", ".timer", ".target", ".mount", ".automount", ".path", ".slice", ".swap", ".device",
        ]
        return suffixes.contains { text.hasSuffix($0) } ? text : text + ".service"
    }
}

/// The characters of package names, versions, file provides and patterns.
private func isPackageCharacter(_ scalar: UnicodeScalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9": true
    default: "._+-:~^/()*?[]!=%,".unicodeScalars.contains(scalar)
    }
}
