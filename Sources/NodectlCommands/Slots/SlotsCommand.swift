import ArgumentParser

/// `nodectl slots`
struct SlotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slots", abstract: "Show both slots of the disk, and choose which one starts.",
        discussion: """
            Example: nodectl slots

            Exit status: 9 on a system that runs from a medium or the network, and for a slot that is empty.
            """,
        subcommands: [
            SlotsListCommand.self, SlotsActivateCommand.self, SlotsMarkGoodCommand.self, SlotsMarkBadCommand.self,
            SlotsVerifyCommand.self,
        ], defaultSubcommand: SlotsListCommand.self)
}
