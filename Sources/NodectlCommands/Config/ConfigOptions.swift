import ArgumentParser
import Host
import Node
import NodeConfig

/// Which node's configuration a command is about.
struct ConfigOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder to take for the root of the node.", visibility: .hidden))
    var root = "/"

    @Option(help: ArgumentHelp("Read the kernel command line from this file.", visibility: .hidden))
    var kernelCommandLine = "/proc/cmdline"

    /// The places of the node from which its configuration can come.
    func inputs() throws -> NodeInputs {
        NodeInputs(root: root, commandLine: try commandLine())
    }

    /// The kernel command line of the node.
    func commandLine() throws -> KernelCommandLine {
        KernelCommandLine(try File.read(kernelCommandLine, limit: KernelCommandLine.limit))
    }
}
