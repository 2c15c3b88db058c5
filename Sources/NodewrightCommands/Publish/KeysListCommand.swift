import ArgumentParser
import Document
import Host
import Publishing

/// `nodewright keys list`.
struct KeysListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the keys of a folder.",
        discussion: """
            EXAMPLES
              nodewright keys list
              nodewright keys list --keys /media/usb/keys --json

            EXIT STATUS
              0 done; 2 the folder is open to others; 3 there are none.
            """)

    @OptionGroup var keyOptions: KeyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let folder = keyOptions.folder
        let keys = try folder.keys()
        guard !keys.isEmpty else {
            throw Failure(
                .nothingToDo, "there are no keys in \"\(folder.path)\"", hint: "\"nodewright keys generate\" makes some"
            )
        }
        if output.json {
            print(JSON.text(["result": "done", "keys": .array(keys.map(\.json))]))
        } else {
            for key in keys { print("\(key.role) \(key.id) \(key.privateFile ?? key.publicFile)") }
        }
    }
}
