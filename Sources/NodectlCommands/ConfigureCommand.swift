import ArgumentParser
import Host
import Node

/// `nodectl configure`: what runs once after each start.
struct ConfigureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configure", abstract: "Bring the configuration of this start to its end.",
        discussion: """
            Example: nodectl configure

            Run by nodewright-configure.service. Fetches the document that nodewright.config= names, applies and stores it, \
            waits for the management address, and notes each step for the consoles and for "nodectl status". A server that \
            does not answer is asked again for a quarter of an hour. The server is checked with nodewright.config-ca= or the \
            system's authorities, the document with nodewright.config-sha256=.

            Exit status: 2 mistakes in the inputs, 3 no input, 4 network, 5 certificate or checksum.
            """, shouldDisplay: false)

    @Option(help: ArgumentHelp("Time for which the network and servers are waited for.", valueName: "seconds"))
    var patience = UnattendedConfiguration.patience
    @OptionGroup var options: ConfigOptions

    func run() throws {
        var work = UnattendedConfiguration(
            try options.inputs(), root: options.root, patience: patience, warn: Output.warning)
        try work.run()
        // Only now it is known which card has a link.
        do { try ConfigurationApplication.pinStored(store: .node) } catch {
            Output.warning("cards are not pinned yet: \(error)")
        }
    }
}
