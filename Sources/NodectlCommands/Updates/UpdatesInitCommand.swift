import ArgumentParser
import Document
import Host
import Updates

/// `nodectl updates init`
struct UpdatesInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Begin to trust a root.",
        discussion: """
            Example: nodectl updates init root.json --metadata-dir /var/lib/updates

            Nothing is fetched. The root must be signed by its own keys; whether it is the publisher's is for you to know.
            """)

    @Argument(help: "The publisher's root.json.")
    var root: String
    @OptionGroup var options: UpdatesOptions
    @ParentCommand var parent: UpdatesCommand

    func run() throws {
        let options = options.over(parent.options)
        let bytes = try File.read(root, limit: MetadataLimits().root)
        let trusted = try options.alone { try UpdateClient.begin(with: bytes, in: try options.folder()) }
        let text = "Version \(trusted.version) of the root is trusted; it expires on \(trusted.expires).\n"
        try options.answer(text, ["root": .integer(trusted.version), "expires": .string(trusted.expires.description)])
    }
}
