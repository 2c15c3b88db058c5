import ArgumentParser
import Document
import Host
import Node

/// `nodectl status`
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what this node is and how it is doing.",
        discussion: """
            Example: nodectl status --json

            Product, slot or live system, addresses, services, failed units and whether virtual machines can run. What \
            cannot be found out is shown as unknown, and the exit status is 0 all the same.
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var node: NodeOptions

    func run() throws {
        let status = node.status(ServiceReader(), guests: node.root == "/" ? RunningGuests.read() : nil)
        try Output.result(json ? JSON.text(status.json, pretty: true, sortedKeys: true) : status.text)
    }
}
