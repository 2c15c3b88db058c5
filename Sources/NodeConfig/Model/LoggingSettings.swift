/// Where logs go.
public struct LoggingSettings: Hashable, Sendable {
    /// How a log server is spoken to.
    public enum SyslogProtocol: String, Hashable, Sendable, CaseIterable {
        case udp
        case tcp
    }

    /// A log server (RFC 5424); port 514 unless given.
    public var syslog: Endpoint?
    /// How the log server is spoken to; UDP unless given.
    public var syslogProtocol: SyslogProtocol?
    /// Where the kernel sends its messages over UDP; port 6666 unless given.
    public var netconsole: Endpoint?
    /// Where collectd, if the image has it, sends measurements; port 25826 unless given.
    public var collectd: Endpoint?

    /// Nothing given.
    public init() {}
}
