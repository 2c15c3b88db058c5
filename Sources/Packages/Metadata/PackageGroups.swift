import Host

/// The package groups of one or more repositories (comps.xml), merged by id as dnf merges them.
struct PackageGroups {
    /// How a package belongs to a group.
    enum Kind: Sendable {
        case mandatory, standard, optional
        /// Only when that other package is installed.
        case conditional(on: String)
    }

    /// A member of a group.
    struct Member {
        var name: String
        var kind: Kind
        /// Only the build of the repository's own architecture.
        var basearchOnly: Bool
    }

    /// A group.
    struct Group {
        var id: String
        var name: String
        var members: [Member]
    }

    /// A set of groups, such as `minimal-environment`.
    struct Environment {
        var id: String
        var name: String
        var groups: [String]
    }

    private(set) var groups: [Group] = []
    private(set) var environments: [Environment] = []

    /// Adds what one comps.xml describes.
    mutating func add(_ bytes: [UInt8], repository: String) throws {
        let root = try XMLElement.parse(bytes, document: "comps.xml of \"\(repository)\"")
        guard root.name == "comps" else {
            throw Failure(.invalidInput, "comps.xml of \"\(repository)\" does not describe package groups")
        }
        for element in root.all("group") {
            guard let id = element.text(of: "id") else { continue }
            let members = (element.first("packagelist")?.all("packagereq") ?? []).map { member in
                let kind: Kind =
                    switch member.attributes["type"] {
                    case "default": .standard
                    case "optional": .optional
                    case "conditional": .conditional(on: member.attributes["requires"] ?? "")
                    default: .mandatory
                    }
                return Member(
                    name: member.trimmedText, kind: kind, basearchOnly: member.attributes["basearchonly"] == "true")
            }
            merge(Group(id: id, name: Self.plainName(element), members: members))
        }
        for element in root.all("environment") {
            guard let id = element.text(of: "id") else { continue }
            let ids = (element.first("grouplist")?.all("groupid") ?? []).map(\.trimmedText)
            if let index = environments.firstIndex(where: { $0.id == id }) {
                environments[index].groups += ids.filter { !environments[index].groups.contains($0) }
            } else {
                environments.append(Environment(id: id, name: Self.plainName(element), groups: ids))
            }
        }
    }

    private mutating func merge(_ group: Group) {
        guard let index = groups.firstIndex(where: { $0.id == group.id }) else { return groups.append(group) }
        let known = Set(groups[index].members.map(\.name))
        groups[index].members += group.members.filter { !known.contains($0.name) }
    }

    /// The name without a language.
    private static func plainName(_ element: XMLElement) -> String {
        element.all("name").first { $0.attributes["lang"] == nil }?.trimmedText ?? ""
    }

    /// The groups that a request such as `core` or `Minimal Install` means: by id or name first, else by pattern.
    /// Environments stand for their mandatory groups. Nil when nothing matches.
    func matching(_ pattern: String) -> [Group]? {
        func matched<Element>(_ elements: [Element], _ names: (Element) -> [String]) -> [Element] {
            let exact = elements.filter { names($0).contains(pattern) }
            if !exact.isEmpty { return exact }
            let glob = ShellPattern(pattern, ignoringCase: true)
            return elements.filter { names($0).contains(where: glob.matches) }
        }
        let sets = matched(environments) { [$0.id, $0.name] }
        let direct = matched(groups) { [$0.id, $0.name] }
        if sets.isEmpty, direct.isEmpty { return nil }
        var ids = sets.flatMap(\.groups)
        ids += direct.map(\.id)
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }.compactMap { id in groups.first { $0.id == id } }
    }
}
