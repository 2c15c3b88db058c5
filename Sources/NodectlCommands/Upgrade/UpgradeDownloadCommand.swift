import ArgumentParser
import Host
import Node

/// `nodectl upgrade download`
struct UpgradeDownloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download", abstract: "Put a new version into the other slot, without starting it next.",
        discussion: """
            Example: nodectl upgrade download

            "nodectl upgrade apply" does the rest in seconds. Until then the other slot cannot be started.
            Exit status: as "nodectl upgrade".
            """)

    @Argument(
        help: ArgumentHelp(
            "An ISO, a drive with a disc, or an update folder, in place of the repository.", valueName: "source"))
    var source: String?
    @Flag(help: "Take an older version, too.")
    var allowDowngrade = false
    @OptionGroup var options: UpgradeOptions

    func run() throws {
        let work = UpgradeWork(options, source: source, allowsDowngrade: allowDowngrade, allowsSame: false)
        try work.run(activates: false, engine: nil)
    }
}
