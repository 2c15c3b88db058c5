import ArgumentParser
import Document
import Host
import Node
import NodeConfig

/// `nodectl config fetch`: what runs once the network is up, when the kernel command line names a document.
struct ConfigFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch the configuration that nodewright.config= names.",
        discussion: """
            Example: nodectl config fetch --apply

            Run by nodewright-configure.service. The server is checked with nodewright.config-ca= or the system's \
            authorities, the document with nodewright.config-sha256=. Exit status 3: no document is named, or a stored \
            configuration counts.
            """, shouldDisplay: false)

    @Flag(help: "Also bring it into force.")
    var apply = false
    @Option(help: ArgumentHelp("Time for which a server that does not answer is asked again.", valueName: "seconds"))
    var patience = 90.0
    @OptionGroup var options: ConfigOptions

    func run() throws {
        let inputs = try options.inputs()
        let reading = try ConfigurationDownload(inputs).run(patience: patience, warn: Output.warning)
        guard apply else {
            try inputs.store(reading, by: "the first start")
            return
        }
        // Without the image's part, which has been rendered and may change with the image.
        let wanted = reading.choice.toStore ?? reading.configuration
        let keeps = reading.choice.toStore != nil
        let store = ConfigurationApplication.Store(
            read: { nil },
            write: { configuration in
                guard keeps else { return }
                try inputs.store.write(configuration, by: "the first start", sources: reading.choice.layers.sources)
            })
        let application = try ConfigurationApplication(wanted, store: store)
        guard !application.network.isEmpty else { return try application.applyWithoutNetwork() }
        let waiting = try application.changeNetwork(timeout: application.defaultTimeout)
        waiting.warnings.forEach(Output.warning)
        try ConfigurationApplication.confirm(store: store)
    }
}
