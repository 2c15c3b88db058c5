import ArgumentParser
import Document
import Host
import Updates

/// `nodectl updates refresh`
struct UpdatesRefreshCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh", abstract: "Fetch and verify the newest metadata.",
        discussion: """
            Example: nodectl updates refresh --metadata-dir /var/lib/updates --metadata-url https://example.org/metadata

            Exit status: 2 no trusted root, 4 network, 5 the metadata is refused.
            """)

    @OptionGroup var options: UpdatesOptions
    @ParentCommand var parent: UpdatesCommand

    func run() throws {
        let options = options.over(parent.options)
        let trusted = try options.alone { try options.client().refresh() }
        let versions: [(String, Int?)] = [
            ("root", trusted.root.version), ("timestamp", trusted.timestamp?.version),
            ("snapshot", trusted.snapshot?.version), ("targets", trusted.targets(of: "targets")?.version),
        ]
        let text = versions.map { "\($0.0) \($0.1.map { "\($0)" } ?? "-")" }.joined(separator: ", ")
        let object = JSONValue.object(versions.map { JSONValue.Member($0.0, .optional($0.1)) })
        try options.answer("Up to date: \(text).\n", object)
    }
}
