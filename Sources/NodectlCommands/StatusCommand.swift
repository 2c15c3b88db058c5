import ArgumentParser
import Host

/// `nodectl status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what this node is and how it is doing.",
        discussion: "Example: nodectl status --json")

    func run() throws { try Output.result("Nodewright \(version)\n") }
}
