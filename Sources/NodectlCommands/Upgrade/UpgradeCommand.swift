import ArgumentParser

/// `nodectl upgrade`
struct UpgradeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade", abstract: "Put a new version into the slot that does not run.",
        discussion: """
            Example: nodectl upgrade apply --reboot-when-idle

            The slot that runs, and its guests, are not touched. What this machine has already is not downloaded; an upgrade that \
            was interrupted goes on where it was. The new version is on trial at its next start: if it is not healthy, this \
            one comes back by itself.
            Where upgrades come from is in the node configuration (upgrade), or named: the address of a repository, an ISO, a \
            drive with a disc, an update folder.

            Exit status: 3 nothing to do, 4 network, 5 signature or expiry, 6 version policy, 7 device, 8 another upgrade goes on \
            or this one was ended, 9 made for something else, 10 done, and a restart is needed.
            """,
        subcommands: [
            UpgradeCheckCommand.self, UpgradeDownloadCommand.self, UpgradeApplyCommand.self, UpgradeStatusCommand.self,
            UpgradeHistoryCommand.self, UpgradeCancelCommand.self,
        ])
}
