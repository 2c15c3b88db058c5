import ArgumentParser
import Document
import Host
import Node
import Updates

/// `nodectl upgrade check`
struct UpgradeCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask whether there is a version to upgrade to.",
        discussion: """
            Example: nodectl upgrade check --json

            Exit status: 0 there is one, 3 there is none.
            """)

    @OptionGroup var options: UpgradeOptions

    func run() throws {
        let running = try RunningRelease(root: options.slots.node.root)
        let notes = UpgradeNotes(root: options.slots.node.root)
        let (repository, list, offer) = try options.offer(to: running)
        guard let offer else {
            notes.offer(nil)
            throw Failure(
                .nothingToDo,
                "\(running.name) \(running.version) is the newest that \"\(list.channel)\" offers to this node")
        }
        let release = try repository.release(offer).manifest
        notes.offer(release)
        let object: JSONValue = [
            "running": .string(running.version.description), "channel": .string(list.channel), "release": release.json,
        ]
        let size = release.files.filter { $0.name != "root.verity" }.reduce(0) { $0 + $1.size }
        var text =
            "\(release.name) \(release.version) is available (\(size / 1_000_000) MB in full), after \(running.version)\n"
        if !release.notes.isEmpty {
            text +=
                "\n"
                + release.notes.split(separator: "\n").map { PlainText.printable(String($0), limit: 1000) + "\n" }
                .joined()
        }
        try options.slots.answer(text, object)
    }
}
