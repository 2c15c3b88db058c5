import ArgumentParser

/// `nodectl config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show, check and go back in the configuration of this node.",
        discussion: """
            Example: nodectl config show --origin
            """,
        subcommands: [
            ConfigShowCommand.self, ConfigCheckCommand.self, ConfigHistoryCommand.self, ConfigRollbackCommand.self,
            ConfigCmdlineCommand.self, ConfigSchemaCommand.self,
        ])
}
