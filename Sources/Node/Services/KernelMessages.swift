import Host
import NodeConfig

/// Where the kernel sends its messages: nodewright-netconsole.service loads netconsole once there is a way to that host.
struct KernelMessages: FileSettings {
    static let unit = "nodewright-netconsole.service"

    private let target: Endpoint?

    init(_ configuration: NodeConfiguration) {
        target = configuration.logging.netconsole.map { Endpoint(host: $0.host, port: $0.port ?? 6666) }
    }

    var name: String { "kernel messages" }

    var wanted: String { target.map { "to \($0)" } ?? "to no other host" }

    var commands: [[String]] { [[target == nil ? "stop" : "restart", Self.unit]] }

    func files(_ image: ImageFiles, warn: (String) -> Void) -> [WantedFile] {
        [
            .text(
                "etc/systemd/system/\(Self.unit).d/50-nodewright.conf",
                target.map { "[Service]\nEnvironment=TARGET=\($0)\n" }),
            .start(Self.unit, if: target != nil),
        ]
    }

    /// The way to the host may be another one when the network is.
    static func networkChanged() { _ = try? Command("systemctl", ["try-restart", unit]).run() }
}
