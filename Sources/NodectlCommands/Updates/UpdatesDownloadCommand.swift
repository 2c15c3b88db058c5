import ArgumentParser
import Document
import Host
import Updates

/// `nodectl updates download`
struct UpdatesDownloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Refresh the metadata, then download a target and verify it.",
        discussion: """
            Example: nodectl updates download --metadata-dir /var/lib/updates --metadata-url https://example.org/metadata \
            --target-base-url https://example.org/targets --target-name images/root.img --target-dir /tmp

            The file is named as the target, with slashes and special characters percent-encoded. One that is there with the \
            right content is not downloaded again.
            Exit status: 2 no trusted root or no such target, 4 network, 5 metadata or file are refused.
            """)

    @OptionGroup var options: UpdatesOptions
    @ParentCommand var parent: UpdatesCommand

    func run() throws {
        let options = options.over(parent.options)
        let name = try options.required(options.targetName, "--target-name")
        let folder = try options.required(options.targetDir, "--target-dir")
        let done = try options.alone { () throws -> DownloadedTarget in
            let client = try options.client(withTargets: true)
            guard let target = try client.findTarget(name) else {
                throw Failure(.invalidInput, "the repository has no target \"\(name)\"")
            }
            return try client.download(target, to: folder)
        }
        let object: JSONValue = ["path": .string(done.path), "reused": .bool(done.isReused)]
        try options.answer("\(done.path)\(done.isReused ? " is there already" : "")\n", object)
    }
}
