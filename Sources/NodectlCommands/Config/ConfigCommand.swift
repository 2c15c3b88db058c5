import ArgumentParser

/// `nodectl config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check and show the configuration of this node.",
        discussion: """
            Example: nodectl config check node.yaml
            """,
        subcommands: [ConfigCheckCommand.self, ConfigCmdlineCommand.self, ConfigSchemaCommand.self])
}
