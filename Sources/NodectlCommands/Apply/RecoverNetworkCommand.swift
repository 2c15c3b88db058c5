import ArgumentParser
import Node

/// `nodectl recover-network`: what runs after each start of NetworkManager.
struct RecoverNetworkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover-network", abstract: "End a change of the network whose NetworkManager was killed.",
        discussion: """
            Example: nodectl recover-network

            Run by systemd after each start of NetworkManager. A change that nobody had confirmed is taken back, and cards \
            that the stored configuration knows by their names alone are pinned by their hardware addresses.
            """, shouldDisplay: false)

    func run() throws {
        try ConfigurationApplication.recover(store: .node)
        do { try ConfigurationApplication.pinStored(store: .node) } catch {
            Output.warning("cards are not pinned yet: \(error)")
        }
    }
}
