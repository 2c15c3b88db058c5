import Host

/// What has to change so that NetworkManager has the profiles of a configuration.
public struct NetworkPlan: Sendable {
    /// Profiles that come, each after those that it needs.
    public let added: [NetworkProfile]
    /// Files of profiles that go.
    public let removed: [String]
    /// All profiles as they will be.
    public let profiles: NetworkProfiles
    /// The kernel's names of all devices that the profiles are for.
    let devices: Set<String>
    /// The old content of the files that go.
    private let old: [String: String]

    /// Compares what is wanted with what lies in the folder.
    init(_ profiles: NetworkProfiles, in folder: ProfileFolder, cards: Set<String> = []) {
        devices = cards.union(profiles.all.compactMap(\.madeDevice))
        let present = folder.files()
        let wanted = Set(profiles.all.map(\.file))
        self.profiles = profiles
        // A file that somebody has edited is written again.
        added = profiles.all.filter { !present.contains($0.file) || folder.text($0.file) != $0.text }
        removed = present.filter { !wanted.contains($0) }
        old = Dictionary(uniqueKeysWithValues: removed.map { ($0, folder.text($0)) })
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    /// The change for people: each interface with the lines of its keyfile that go and come.
    public var lines: [String] {
        let before = Dictionary(removed.map { (NetworkProfile.name(ofFile: $0), old[$0] ?? "") }) { $1 }
        let after = Dictionary(added.map { ($0.name, $0.text) }) { $1 }
        return Set(before.keys).union(after.keys).sorted().flatMap { name -> [String] in
            let word = before[name] == nil ? "new" : after[name] == nil ? "removed" : "changed"
            let lines = LineDifference.lines(
                from: Self.plain(before[name] ?? ""), to: Self.plain(after[name] ?? ""))
            return ["interface \(name): \(word)"] + lines.map { "  " + $0 }
        }
    }

    /// A keyfile with the group in front of every key, so that a changed line says where it stands; without the UUIDs,
    /// which follow from the rest.
    private static func plain(_ text: String) -> String {
        var group = ""
        var lines: [String] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("[") {
                group = String(line.dropFirst().dropLast())
            } else if !["uuid=", "master=", "parent="].contains(where: { line.hasPrefix($0) }) {
                lines.append("\(group).\(line)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
