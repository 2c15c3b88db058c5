import ArgumentParser
import Document
import Host
import Publishing
import Updates

/// Where the next version of a root file goes, and how long it is valid.
struct RootDraftOptions: ParsableArguments {
    @Option(
        name: .customLong("output"),
        help: ArgumentHelp("Where the root file goes (default: N.root.json in the working folder).", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("How long it is valid.", valueName: "days"))
    var days = RootFile.defaultDays

    func validate() throws {
        if !(1...36_500).contains(days) { throw ValidationError("--days must be from 1 to 36500") }
    }

    /// Makes, signs and writes the first version, or the one after `previous`, and says what is left to be done.
    func write(_ change: RootChange, after previous: RootFile?, _ ring: KeyRing, _ output: OutputOptions) throws {
        let expires = Validity.expiry(days: days, from: wallClockSeconds())
        var root =
            try previous.map { try change.next(after: $0, expires: expires) } ?? change.first(expires: expires)
        try root.sign(ring, previous: previous)
        let path = file ?? RootFile.name(version: root.root.version)
        try RootDraft.write(root, to: path)
        Self.show(root, at: path, previous: previous, output)
    }

    static func show(_ root: RootFile, at path: String, previous: RootFile?, _ output: OutputOptions) {
        if output.json {
            print(JSON.text(["result": "done", "file": .string(path), "root": root.json(previous: previous)]))
            return
        }
        print("file     \(path)\n" + root.text(previous: previous))
    }
}
