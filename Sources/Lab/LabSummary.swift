import Document

/// What a lab consists of.
public struct LabSummary: Sendable {
    /// One repository.
    public struct Part: Sendable {
        /// The folder below the lab.
        public let name: String
        /// How many packages it has.
        public let packages: Int
        /// Their size in bytes.
        public let bytes: Int
    }

    /// Where it is.
    public let folder: String
    /// Its repositories.
    public let parts: [Part]
    /// Whether everything was there already.
    public let isUnchanged: Bool
    /// How many packages had to be converted.
    public let converted: Int

    init(folder: String, parts: [Part], isUnchanged: Bool, converted: Int) {
        self.folder = folder
        self.parts = parts
        self.isUnchanged = isUnchanged
        self.converted = converted
    }

    /// Reads what an earlier run noted down; nil when it is not complete.
    init?(_ node: Node, folder: String) {
        guard let repositories = node["repositories"]?.sequence else { return nil }
        var parts: [Part] = []
        for part in repositories {
            guard let name = part["name"]?.string, let packages = part["packages"]?.integer,
                let bytes = part["bytes"]?.integer
            else { return nil }
            parts.append(Part(name: name, packages: packages, bytes: bytes))
        }
        self.init(folder: folder, parts: parts, isUnchanged: true, converted: 0)
    }

    /// For machines.
    public var json: JSONValue {
        .object([
            "folder": .string(folder), "unchanged": .bool(isUnchanged), "converted": .integer(converted),
            "repositories": repositories,
        ])
    }

    /// For people.
    public var text: String {
        var lines = ["lab in \(folder)\(isUnchanged ? " (complete already)" : "")"]
        lines += parts.map { "  \($0.name): \($0.packages) packages, \($0.bytes / 1_000_000) MB" }
        return lines.joined(separator: "\n")
    }

    /// What is noted down beside the repositories.
    func record(_ state: LabState) -> String {
        JSON.text(
            .object([
                "inputs": .string(state.inputs), "archive": .string(state.archive), "suite": .string(state.suite),
                "repositories": repositories,
            ]), pretty: true, sortedKeys: true)
    }

    private var repositories: JSONValue {
        .array(
            parts.map { part in
                .object([
                    "name": .string(part.name), "packages": .integer(part.packages), "bytes": .integer(part.bytes),
                ])
            })
    }
}
