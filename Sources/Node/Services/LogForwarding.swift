import NodeConfig

/// A log server: nodewright-log.service sends it the journal.
struct LogForwarding: FileSettings {
    private static let unit = "nodewright-log.service"

    private let logging: LoggingSettings

    init(_ configuration: NodeConfiguration) { logging = configuration.logging }

    var name: String { "log server" }

    var wanted: String { server.map { "\($0) (\(transport.rawValue))" } ?? "none" }

    var commands: [[String]] { [[server == nil ? "stop" : "restart", Self.unit]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        [
            .text(
                "etc/systemd/system/\(Self.unit).d/50-nodewright.conf",
                server.map { "[Service]\nEnvironment=SERVER=\($0) PROTOCOL=\(transport.rawValue)\n" }),
            .start(Self.unit, if: server != nil),
        ]
    }

    private var transport: LoggingSettings.SyslogProtocol { logging.syslogProtocol ?? .udp }

    private var server: Endpoint? { logging.syslog.map { Endpoint(host: $0.host, port: $0.port ?? 514) } }
}
