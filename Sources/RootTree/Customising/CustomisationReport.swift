public import Document
import Host

/// What customising did, and what the later stages must know about it.
public struct CustomisationReport: Sendable, Equatable {
    /// What one trim rule removed.
    public struct Trim: Sendable, Equatable {
        /// The pattern, or `docs`, `locales`, `firmware`, `kernel-modules: keep`.
        public var rule: String
        /// Where the recipe says so; empty when it is no single place.
        public var position: String
        /// How many files and links went.
        public var files: Int
        /// Their sizes together, in bytes.
        public var bytes: Int

        /// `{"rule", "place", "files", "bytes"}`, as in the image's own manifest.
        public var json: JSONValue {
            [
                "rule": .string(rule), "place": .string(position), "files": .integer(files), "bytes": .integer(bytes),
            ]
        }
    }

    /// The name of the report in the stage folder.
    static let fileName = "report.json"

    /// Owners and modes of what overlays and accounts brought.
    public var rules: [OwnershipTable.Rule]
    /// What each trim rule removed.
    public var trims: [Trim]

    init(rules: [OwnershipTable.Rule], trims: [Trim]) {
        self.rules = rules
        self.trims = trims
    }

    /// The report of a finished stage.
    public init(stage: String) throws {
        try self.init(json: try File.read(Path.join(stage, Self.fileName), limit: JSON.largestLimit))
    }

    init(json: [UInt8]) throws {
        let node = try JSON.parse(json, file: "the report of customising", limit: JSON.largestLimit)
        rules = try (node["rules"]?.sequence ?? []).map { rule in
            OwnershipTable.Rule(
                path: try rule.text("path"), user: rule["user"]?.string, group: rule["group"]?.string,
                mode: rule["mode"]?.integer.map { UInt32(clamping: $0) }, source: try rule.text("source"))
        }
        trims = try (node["trims"]?.sequence ?? []).map { trim in
            Trim(
                rule: try trim.text("rule"), position: try trim.text("place"), files: trim["files"]?.integer ?? 0,
                bytes: trim["bytes"]?.integer ?? 0)
        }
    }

    var json: [UInt8] {
        JSON.bytes([
            "rules": .array(
                rules.map { rule in
                    [
                        "path": .string(rule.path), "user": .optional(rule.user), "group": .optional(rule.group),
                        "mode": .optional(rule.mode.map { Int($0) }), "source": .string(rule.source),
                    ]
                }),
            "trims": .array(
                trims.map(\.json)),
        ])
    }
}

extension Node {
    /// The text of a key of a job or report that this program wrote itself.
    func text(_ key: String) throws -> String {
        guard let text = self[key]?.string else { throw Failure(.internalError, "\(position): \"\(key)\" is missing") }
        return text
    }
}
