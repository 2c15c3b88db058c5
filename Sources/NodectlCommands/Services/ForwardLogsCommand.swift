import ArgumentParser
import Host
import Node
import NodeConfig

/// `nodectl forward-logs`: what nodewright-log.service runs.
struct ForwardLogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward-logs", abstract: "Send the journal to a log server.",
        discussion: """
            Example: nodectl forward-logs log.example.org:514 --protocol tcp

            Run by nodewright-log.service. Messages of RFC 5424; while the server cannot be reached they wait in the \
            journal, and the place is kept over restarts.
            """, shouldDisplay: false)

    @Argument(help: "The log server, HOST:PORT.")
    var server: String

    @Option(name: .customLong("protocol"), help: "udp or tcp.")
    var transport = "udp"

    @Option(help: "Remember the place in the journal in this folder.")
    var state: String

    func validate() throws {
        if Endpoint(server) == nil { throw ValidationError("\"\(server)\" is not HOST:PORT") }
        if LoggingSettings.SyslogProtocol(rawValue: transport) == nil {
            throw ValidationError("--protocol is \"\(transport)\", but must be udp or tcp")
        }
    }

    func run() throws {
        guard let server = Endpoint(server), let transport = LoggingSettings.SyslogProtocol(rawValue: transport) else {
            return
        }
        let connection = SyslogConnection(server: server, transport: transport)
        try LogForwarder(connection, state: state) { Output.error("nodectl: " + $0) }.run()
    }
}
