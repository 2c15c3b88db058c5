import Document

/// Which form a document has, and the way from older forms to today's.
enum SchemaVersion {
    /// One step from a version to the next.
    struct Step: Sendable {
        /// The version that it reads.
        let version: Int
        /// The same content in the form of `version + 1`.
        let migrate: @Sendable (Document.Node) -> Document.Node
    }

    /// Every step there is. Version 1 is the first form, so there is none yet.
    static let steps: [Step] = []

    /// The version of a document; nil when this program cannot read it, which is reported.
    static func read(_ tree: Document.Node, _ diagnostics: Diagnostics) -> Int? {
        let current = NodeConfiguration.schemaVersion
        guard let node = tree["schemaVersion"] else {
            diagnostics.error(
                at: tree.position, "the document does not say which form it has",
                hint: "begin with \"schemaVersion: \(current)\"")
            return nil
        }
        // Asked once: asked twice, the optimizer of Swift 6.3.1 stops with "Found ownership error".
        let version = node.integer
        guard let version, version > 0 else {
            diagnostics.error(
                at: node.position,
                "\"schemaVersion\" must be a whole number from 1, but this is \(version.map { "\($0)" } ?? node.kind)")
            return nil
        }
        guard version <= current else {
            diagnostics.error(
                at: node.position,
                "the document has schemaVersion \(version), but this program reads none above \(current)",
                hint: "use the nodectl of the image for which it was written, or write it in version \(current)")
            return nil
        }
        return version
    }

    /// A tree of an older form in today's; `tree` itself stays as it is.
    static func migrated(_ tree: Document.Node, from version: Int, by steps: [Step] = steps) -> Document.Node {
        steps.filter { $0.version >= version }.sorted { $0.version < $1.version }
            .reduce(tree) { tree, step in step.migrate(tree) }
    }
}
