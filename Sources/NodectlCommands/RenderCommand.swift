import ArgumentParser
import Host
import Node
import NodeConfig

/// `nodectl render`
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Write the configuration into a root before it starts.",
        discussion: """
            Example: nodectl render --root /sysroot

            Run by the initramfs. Reads the stored configuration or, while nothing is stored, a credential, a config disk \
            (label NODECONFIG, file node.yaml) and the kernel command line, and stores what they say. Brings kept files and \
            folders back and writes machine id, settings of services and the network. What is not valid is warned about and \
            left out; only a root that cannot be written is a failure.
            """)

    @Option(help: "The root to write into.")
    var root: String

    @Option(help: ArgumentHelp("Read the kernel command line from this file.", visibility: .hidden))
    var kernelCommandLine = "/proc/cmdline"

    func run() throws {
        let commandLine: [UInt8]
        do {
            commandLine = try File.read(kernelCommandLine, limit: KernelCommandLine.limit)
        } catch let failure as Failure {
            Output.warning("\(failure.message); it is taken for empty")
            commandLine = []
        }
        let firmwareID = try? File.readText("/sys/class/dmi/id/product_uuid", limit: 4096)
        try BootRendering(
            root: root, commandLine: KernelCommandLine(commandLine),
            firmwareID: firmwareID.map { String($0.prefix { !$0.isNewline }) }, configDisk: ConfigDisk.read,
            forget: Statelessness.enter, warn: Output.warning
        ).run()
    }
}
