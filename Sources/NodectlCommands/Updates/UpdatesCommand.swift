import ArgumentParser

/// `nodectl updates`
struct UpdatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "updates", abstract: "Read an update repository: verify its metadata, download a file of it.",
        discussion: """
            Example: nodectl updates refresh --metadata-dir /var/lib/updates --metadata-url https://example.org/metadata

            A repository carries TUF metadata (specification 1.0). These are the client's steps one by one, for scripts and \
            tests; "nodectl upgrade" takes them by itself.
            Exit status: 2 no trusted root, 4 network, 5 metadata or a file is refused.
            """,
        subcommands: [UpdatesInitCommand.self, UpdatesRefreshCommand.self, UpdatesDownloadCommand.self])

    @OptionGroup var options: UpdatesOptions
}
