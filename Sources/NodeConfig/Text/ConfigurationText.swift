import Document
import Host

extension NodeConfiguration {
    /// How large a document may be: 1 MiB, which is also the limit of systemd's credentials.
    public static let sizeLimit = 1 << 20

    /// Reads a document and reports everything that is wrong with it; nil when it cannot be used.
    ///
    /// - Parameters:
    ///   - bytes: YAML text; JSON text when `file` ends in `.json`
    ///   - file: how to name the document in messages
    public static func read(_ bytes: [UInt8], file: String, _ diagnostics: Diagnostics) -> NodeConfiguration? {
        let before = diagnostics.items.count
        let configuration = tree(bytes, file: file, diagnostics).flatMap { read($0, diagnostics) }
        return hasErrors(diagnostics, since: before) ? nil : configuration
    }

    /// Reads a document and throws its first mistake, with the others as details.
    ///
    /// - Throws: `Failure` of class `invalidInput`
    ///
    /// - Parameter warn: hears of what is probably not meant
    public static func read(
        _ bytes: [UInt8], file: String, warn: (Diagnostic) -> Void = { _ in }
    ) throws -> NodeConfiguration {
        let diagnostics = Diagnostics()
        let configuration = read(bytes, file: file, diagnostics)
        if let failure = failure(of: diagnostics) { throw failure }
        diagnostics.sorted.forEach(warn)
        guard let configuration else { throw Failure(.internalError, "\(file): reading ended without a result") }
        return configuration
    }

    /// All mistakes of a document as one failure; nil when there is none.
    public static func failure(of diagnostics: Diagnostics) -> Failure? {
        let errors = diagnostics.sorted.filter { $0.severity == .error }
        guard let first = errors.first else { return nil }
        return Failure(
            .invalidInput, "\(first.position): \(first.message)", hint: first.hint,
            details: errors.dropFirst().flatMap { $0.description.split(separator: "\n").map(String.init) })
    }

    /// The tree of a document in today's form without its `schemaVersion`; nil when there is none, which is reported.
    ///
    /// A document of an older form is brought to today's. Its values are not looked at.
    public static func tree(_ bytes: [UInt8], file: String, _ diagnostics: Diagnostics) -> Document.Node? {
        guard let tree = parse(bytes, file: file, diagnostics) else { return nil }
        guard let entries = tree.mapping else {
            diagnostics.error(
                at: tree.position,
                "a node configuration is a mapping, but this is \(tree.isNull ? "empty" : tree.kind)",
                hint: "begin with \"schemaVersion: \(schemaVersion)\"")
            return nil
        }
        let version = SchemaVersion.read(tree, diagnostics)
        let values = Document.Node(.mapping(entries.filter { $0.key != "schemaVersion" }), at: tree.position)
        return version.map { SchemaVersion.migrated(values, from: $0) }
    }

    private static func parse(_ bytes: [UInt8], file: String, _ diagnostics: Diagnostics) -> Document.Node? {
        // Editors of Windows begin a file with a byte order mark.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard file.hasSuffix(".json") else {
            return YAML.parse(bytes, file: file, limit: sizeLimit, diagnostics: diagnostics)
        }
        return JSON.parse(bytes, file: file, limit: sizeLimit, diagnostics: diagnostics)
    }

    /// The configuration of a tree without `schemaVersion`, as `tree` and `ConfigurationLayers` make it; nil after an error.
    public static func read(_ tree: Document.Node, _ diagnostics: Diagnostics) -> NodeConfiguration? {
        let before = diagnostics.items.count
        let configuration = form.read(tree, "node configuration", diagnostics)
        if let configuration { ConfigurationCheck(configuration, tree, diagnostics).run() }
        return hasErrors(diagnostics, since: before) ? nil : configuration
    }

    private static func hasErrors(_ diagnostics: Diagnostics, since before: Int) -> Bool {
        diagnostics.items.dropFirst(before).contains { $0.severity == .error }
    }

    /// The configuration as JSON in canonical order, secrets included.
    public var json: JSONValue {
        guard case .object(let members) = Self.form.write(self) else { return .null }
        return .object([JSONValue.Member("schemaVersion", .integer(Self.schemaVersion))] + members)
    }

    /// The one YAML text of a configuration, secrets included; reading it gives an equal configuration.
    public var yaml: String { YAMLText.of(json) }

    /// `json` with `(secret)` in the place of each secret, for people and logs.
    public var shownJSON: JSONValue { Self.form.description.hidingSecrets(in: json) }

    /// `yaml` with `(secret)` in the place of each secret, for people and logs.
    public var shownYAML: String { YAMLText.of(shownJSON) }
}
