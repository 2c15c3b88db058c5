import ArgumentParser
import Node

/// Which node a command is about.
struct NodeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder to take for the root of the node.", visibility: .hidden))
    var root = "/"

    /// The status now. Addresses and services are those of the running system, which a root elsewhere does not have.
    func status(_ services: ServiceReader, guests: RunningGuests? = nil) -> NodeStatus {
        let isRunning = root == "/"
        return NodeStatus.read(
            root: root, addresses: isRunning ? NetworkInterface.currentAddresses() : [:],
            services: isRunning ? services.read() : .unknown("the root \"\(root)\" is not the running system"),
            guests: guests)
    }
}
