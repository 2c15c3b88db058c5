import ArgumentParser
import Host
import Node
import NodeConfig

/// `nodectl send-kernel-messages`: what nodewright-netconsole.service runs.
struct SendKernelMessagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-kernel-messages", abstract: "Load netconsole with the way to a host.",
        discussion: """
            Example: nodectl send-kernel-messages 192.0.2.14:6666

            Run by nodewright-netconsole.service. The kernel sends without help of its network stack, so it is told the \
            interface, both addresses and the hardware address of the host or of the router to it.
            """, shouldDisplay: false)

    @Argument(help: "Where messages go, HOST:PORT.")
    var target: String

    func validate() throws {
        if Endpoint(target) == nil { throw ValidationError("\"\(target)\" is not HOST:PORT") }
    }

    func run() throws {
        guard let target = Endpoint(target) else { return }
        let way = try NetconsoleWay.find(to: target)
        try Command("modprobe", ["netconsole", "netconsole=\(way)"]).run().check(.device)
        Output.error("nodectl: kernel messages go to \(target) through \(way.interface)")
    }
}
