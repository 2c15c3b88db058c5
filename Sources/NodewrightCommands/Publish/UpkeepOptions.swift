import ArgumentParser
import Host
import Publishing
import Updates

/// What `nodewright publish` does with the repository itself.
struct UpkeepOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Put a root file into force: the first one begins the repository.", valueName: "file"))
    var root: String?

    @Flag(help: "Sign the timestamp anew, and what else is about to expire.")
    var refresh = false

    @Flag(help: "Take out releases that no channel offers; the run after that removes their files.")
    var prune = false

    @Flag(help: "Show what the repository offers.")
    var list = false

    @Option(help: ArgumentHelp("Give a channel keys of its own, or replace them.", valueName: "channel"))
    var delegate: String?

    @Option(
        help: ArgumentHelp("A public key of the channel; may be repeated (default: the one here).", valueName: "file"))
    var key: [String] = []

    @Option(help: ArgumentHelp("How many keys of the channel have to sign.", valueName: "number"))
    var threshold = 1

    @Option(
        help: ArgumentHelp(
            "How long what is signed now is valid: targets=365, snapshot=30, timestamp=14; may be repeated.",
            valueName: "role=days"))
    var expires: [NamedNumber] = []

    func validate() throws {
        for one in expires where !["targets", "snapshot", "timestamp"].contains(one.name) {
            throw ValidationError("--expires: \"\(one.name)\" is none of targets, snapshot and timestamp")
        }
        if let delegate, !ReleaseName.isChannel(delegate) {
            throw ValidationError("--delegate: letters a-z, digits and \"-\", at most 32")
        }
    }

    var validity: Validity {
        var validity = Validity()
        for one in expires {
            switch one.name {
            case "targets": validity.targets = one.number
            case "snapshot": validity.snapshot = one.number
            default: validity.timestamp = one.number
            }
        }
        return validity
    }

    func delegation(_ channel: String, _ folder: KeyFolder) throws -> ChannelDelegation {
        let role = KeyRole.channel(channel)
        let named = try key.map { try KeyFolder.key(role, publicFile: $0) }
        let here = try folder.keys().filter { $0.role == role }
        if named.isEmpty, here.count > 1 {
            throw Failure(
                .invalidInput, "\"\(folder.path)\" has several keys for \(role)",
                hint: "name those that sign from now on, each with --key FILE.pub")
        }
        return ChannelDelegation(channel: channel, keys: named.isEmpty ? here : named, threshold: threshold)
    }
}
