import Disks
import Document
import Host
import NodeConfig

/// What was decided so far, in a file in memory that root alone may read: a console that was killed goes on where it was.
public struct SetupJournal: Sendable {
    private static let limit = 2 << 20
    private let file: String

    /// A journal.
    ///
    /// - Parameter file: `/run/nodewright/setup/journal.json`
    public init(file: String) { self.file = file }

    /// What a journal has kept.
    struct Kept {
        let page: String
        let typed: [String: [String: String]]
        fileprivate let node: Document.Node

        /// The draft with what was decided.
        func draft(over draft: SetupDraft) -> SetupDraft {
            var draft = draft
            if let yaml = node["configuration"]?.string,
                let configuration = NodeConfiguration.read(Array(yaml.utf8), file: "journal", Diagnostics())
            {
                draft.configuration = configuration
            }
            draft.installs = node["installs"]?.bool ?? draft.installs
            draft.disk = node["disk"]?.string
            draft.wiped = node["wiped"]?.string
            draft.keepsState = node["keepsState"]?.bool ?? false
            if let network = node["network"]?.mapping {
                let values = network.map { ($0.key, $0.value.string ?? "") }
                draft.network = SetupNetwork(Dictionary(values) { $1 })
            }
            draft.destroyed = Set(node["destroyed"]?.sequence?.compactMap(\.string) ?? [])
            return draft
        }
    }

    /// What was kept; nil when there is nothing, or nothing that can be read.
    ///
    /// - Parameter base: of the configuration that was in force when the run began
    func read(base: String) -> Kept? {
        guard File.kind(file) == .regular, let bytes = try? File.read(file, limit: Self.limit),
            let node = try? JSON.parse(bytes, file: file, limit: Self.limit), let page = node["page"]?.string,
            node["base"]?.string == base
        else { return nil }
        var typed: [String: [String: String]] = [:]
        for entry in node["typed"]?.mapping ?? [] {
            for value in entry.value.mapping ?? [] { typed[entry.key, default: [:]][value.key] = value.value.string }
        }
        return Kept(page: page, typed: typed, node: node)
    }

    /// Keeps what was decided; that it cannot be written changes nothing else.
    func write(page: String, base: String, _ draft: SetupDraft, _ typed: [String: [String: String]]) {
        let pages = typed.sorted { $0.key < $1.key }.map { page, values in
            JSONValue.Member(
                page,
                .object(values.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, .string($0.value)) }))
        }
        let value: JSONValue = [
            "page": .string(page), "base": .string(base), "typed": .object(pages),
            "configuration": .string(draft.configuration.yaml),
            "installs": .bool(draft.installs), "disk": .optional(draft.disk), "wiped": .optional(draft.wiped),
            "network": draft.network.map { .object($0.values.mapValues { .string($0) }) } ?? .null,
            "keepsState": .bool(draft.keepsState), "destroyed": .strings(draft.destroyed.sorted()),
        ]
        try? Folder.create(Path.parent(file), mode: 0o700)
        try? File.write(file, JSON.text(value) + "\n", mode: 0o600)
    }

    /// Forgets everything.
    func forget() { try? File.remove(file) }
}
