import ArgumentParser
import Host
import Publishing
import Updates

/// What `nodewright publish` does with a release.
struct ReleaseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The channel.", valueName: "name"))
    var channel = "stable"

    @Option(
        help: ArgumentHelp("Offer the release to so many of a hundred nodes, always the same.", valueName: "percent"))
    var rollout: Int?

    @Option(help: ArgumentHelp("The oldest version that may be upgraded to it directly.", valueName: "version"))
    var minimumVersion: ReleaseVersion?

    @Option(help: ArgumentHelp("What is new, as plain text.", valueName: "file"))
    var notes: String?

    @Option(help: ArgumentHelp("Offer a release of another channel in this one.", valueName: "version"))
    var promote: ReleaseVersion?

    @Option(help: ArgumentHelp("Offer a release no longer.", valueName: "version"))
    var withdraw: ReleaseVersion?

    @Option(help: ArgumentHelp("The release whose --rollout changes (default: the newest).", valueName: "version"))
    var release: ReleaseVersion?

    @Option(help: ArgumentHelp("Only this product.", valueName: "name"))
    var product: String?

    @Option(help: ArgumentHelp("Only this architecture.", valueName: "name"))
    var architecture: String?

    var isEmpty: Bool { rollout == nil && promote == nil && withdraw == nil }

    func validate() throws {
        if !ReleaseName.isChannel(channel) {
            throw ValidationError("--channel: letters a-z, digits and \"-\", at most 32")
        }
        if let rollout, !(0...100).contains(rollout) { throw ValidationError("--rollout must be from 0 to 100") }
    }

    func publication(_ folder: ReleaseFolder) throws -> ReleasePublication {
        var publication = ReleasePublication(folder, channel: channel)
        publication.rollout = rollout
        publication.minimumVersion = minimumVersion
        publication.notes = try notes.map { try File.readText($0, limit: ReleaseManifest.longestNotes) }
        return publication
    }

    func change() -> OfferChange {
        let action: OfferChange.Action = promote != nil ? .promote : withdraw != nil ? .withdraw : .share
        var change = OfferChange(channel: channel, action, version: promote ?? withdraw ?? release)
        change.product = product
        change.architecture = architecture
        change.rollout = rollout
        return change
    }
}

/// A version as it is written on the command line.
extension ReleaseVersion: ExpressibleByArgument {
    /// Nil when the text is no version.
    public init?(argument: String) { self.init(argument) }
}
