import ArgumentParser
import Artefacts
import Document
import Host
import Serving

/// `nodewright serve`: a bench whose machines start from a PXE folder.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start machines on a bench from a PXE folder: DHCP, TFTP and HTTP.",
        discussion: """
            Runs as root until Ctrl-C and prints who asked for what. Machines with iPXE or HTTP boot fetch everything over
            HTTP, others start with TFTP. With --proxy-dhcp the DHCP server of the network stays as it is.

            EXAMPLES
              ip address add 192.0.2.1/24 dev eth1
              nodewright serve out/pxe --interface eth1
              nodewright serve out/pxe --interface eth0 --proxy-dhcp

            EXIT STATUS
              0 ended by Ctrl-C; 2 wrong usage; 7 a port is taken, or dnsmasq failed.
            """)

    @Argument(help: ArgumentHelp("A PXE folder that \"nodewright build --format pxe\" has made.", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("The network interface of the bench.", valueName: "name"))
    var interface: String

    @Flag(help: "Give no addresses: another DHCP server does.")
    var proxyDhcp = false

    @Option(help: ArgumentHelp("Serve on this address of the interface (default: its first).", valueName: "address"))
    var address: String?

    @Option(help: ArgumentHelp("The port of the web server.", valueName: "port"))
    var httpPort = 80

    @Flag(help: "Give addresses although the interface has a default route.")
    var evenWithDefaultRoute = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...65535).contains(httpPort) { throw ValidationError("--http-port must be from 1 to 65535") }
    }

    func run() throws {
        let folder = Path.absolute(folder)
        try PXEFolder.require(folder)
        var bench = Bench(folder: folder, interface: try BenchInterface(named: interface, address: address))
        bench.port = httpPort
        bench.isProxy = proxyDhcp
        bench.servesDefaultRoute = evenWithDefaultRoute
        bench.progress = output.progress()
        let json = output.json
        try bench.run { line in
            let text = json ? JSON.text(["event": .string(line)]) : line
            // At once, and whole: several threads speak.
            try? File.append(Array((text + "\n").utf8), to: 1, named: "standard output")
        }
    }
}
