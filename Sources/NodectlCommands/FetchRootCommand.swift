import ArgumentParser
import Host
import Node
import NodeConfig

/// `nodectl fetch-root`: what the initramfs runs when a node starts over the network.
struct FetchRootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch-root", abstract: "Fetch the root file system that the kernel command line names.",
        discussion: """
            Example: nodectl fetch-root --output root.squashfs

            Run by the initramfs. Reads nodewright.root=, nodewright.root-sha256= and nodewright.root-size= from the kernel \
            command line. A server that does not answer is asked again for a while. Servers of https: addresses are checked \
            with the authorities in \(authorities) where an additional initramfs brings that file, else with the system's own.
            """, shouldDisplay: false)

    private static let authorities = "/etc/nodewright/root-ca.pem"
    private static let keptAuthorities = "/run/nodewright/root-ca.pem"

    @Option(help: "The file to write.")
    var output: String

    @Option(help: ArgumentHelp("Also write what went wrong to this file.", visibility: .hidden))
    var failure: String?

    @Option(help: ArgumentHelp("Read the kernel command line from this file.", visibility: .hidden))
    var kernelCommandLine = "/proc/cmdline"

    @Option(help: ArgumentHelp("Seconds for which a server that does not answer is asked again.", visibility: .hidden))
    var patience = 90.0

    @Option(help: ArgumentHelp("A file with the authorities that servers are checked with.", visibility: .hidden))
    var authorities: String?

    func run() throws {
        do {
            let line = KernelCommandLine(try File.read(kernelCommandLine, limit: KernelCommandLine.limit))
            let own = File.exists(Self.authorities) ? Self.authorities : nil
            try RootDownload(line).fetch(
                to: output, certificates: authorities ?? own, freeMemory: MemoryInfo().available, patience: patience
            ) { Output.error("Nodewright: " + $0) }
            // An installation fetches from the same server when this initramfs is gone.
            if let own { try File.write(Self.keptAuthorities, File.read(own, limit: 1 << 24)) }
        } catch let problem as Failure {
            if let failure { try? File.write(failure, "\(problem)\n") }
            throw problem
        }
    }
}
